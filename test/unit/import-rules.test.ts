import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The rooms that each room of shared/ may import, in addition to the files of shared/ itself. From docs/architecture.md. */
const keysMay = ['authentication', 'authorization', 'aws', 'scalekit', 'decision-cache', 'audit'];
const allowed: Readonly<Record<string, readonly string[]>> = {
  authentication: [],
  aws: [],
  authorization: ['authentication'],
  endpoint: ['authentication'],
  scalekit: ['aws'],
  'decision-cache': ['aws'],
  audit: ['authentication', 'aws', 'scalekit', 'decision-cache'],
  keys: keysMay,
  rotation: [...keysMay, 'keys'],
  reminders: [...keysMay, 'keys', 'rotation'],
  revocation: [...keysMay, 'keys'],
  portal: [
    'authentication',
    'authorization',
    'endpoint',
    'aws',
    'scalekit',
    'decision-cache',
    'keys',
    'rotation',
    'reminders',
  ],
  tokens: ['authentication', 'scalekit'],
  plans: ['authentication', 'aws', 'scalekit', 'decision-cache', 'audit', 'keys', 'rotation'],
  webhook: ['endpoint', 'aws', 'scalekit', 'audit', 'keys', 'revocation'],
};
const rooms = Object.keys(allowed);
const others = ['functions', 'infra', 'local', 'contract', 'test', 'bench'];

/** One scratch file with one import per line, and whether each is refused. */
interface Scratch {
  readonly path: string;
  readonly imports: readonly { readonly source: string; readonly names?: string; readonly isRefused: boolean }[];
}

const scratches: Scratch[] = [
  ...rooms.map((room) => ({
    path: `shared/${room}/scratch.ts`,
    imports: [
      { source: '../result.ts', isRefused: false },
      ...rooms
        .filter((other) => other !== room)
        .map((other) => ({ source: `../${other}/x.ts`, isRefused: !allowed[room]?.includes(other) })),
      ...others.map((folder) => ({ source: `../../${folder}/x.ts`, isRefused: true })),
      { source: '@scalekit-sdk/node', isRefused: room !== 'scalekit' },
      { source: '@aws-sdk/client-ssm', isRefused: true },
    ],
  })),
  {
    path: 'shared/scratch.ts',
    imports: [
      { source: './result.ts', isRefused: false },
      ...rooms.map((room) => ({ source: `./${room}/x.ts`, isRefused: true })),
      ...others.map((folder) => ({ source: `../${folder}/x.ts`, isRefused: true })),
    ],
  },
  {
    path: 'functions/get-key/scratch.ts',
    imports: [
      { source: '../../shared/keys/get-key.ts', isRefused: false },
      { source: '../create-key/handler.ts', isRefused: true },
      { source: '../../infra/x.ts', isRefused: true },
      { source: '@scalekit-sdk/node', isRefused: true },
    ],
  },
  ...['infra/rest-api', 'local/gateway'].map((room) => ({
    path: `${room}/scratch.ts`,
    imports: [
      { source: '../../shared/deployment.ts', isRefused: false },
      { source: '../../shared/usage-plans.ts', isRefused: room !== 'infra/rest-api' },
      { source: '../../shared/result.ts', isRefused: true },
      { source: '../../shared/keys/get-key.ts', isRefused: true },
      { source: '../../functions/get-key/handler.ts', isRefused: true },
      { source: '../../test/support/client.ts', isRefused: true },
    ],
  })),
  ...['keys', 'rotation', 'reminders', 'revocation', 'portal', 'plans', 'webhook'].map((room) => ({
    path: `shared/${room}/changes.ts`,
    imports: [
      { source: '../scalekit/scalekit.ts', names: 'KeyDirectory', isRefused: false },
      { source: '../scalekit/scalekit.ts', names: 'Scalekit', isRefused: true },
      { source: '../scalekit/scalekit.ts', names: 'scalekitFromEnvironment', isRefused: true },
      { source: '../decision-cache/marks.ts', names: 'marksFromEnvironment', isRefused: true },
    ],
  })),
  {
    path: 'test/unit/scratch.ts',
    imports: [{ source: '../../bench/main.ts', isRefused: true }],
  },
];

let folder: string;
let found: Map<string, Map<number, string>>;

/** Lints all scratch files at once, in a separate folder with the project's rules. */
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'import-rules-')));
  cpSync(`${root}biome.json`, join(folder, 'biome.json'));
  for (const { path, imports } of scratches) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(
      join(folder, path),
      imports.map(({ source, names }) => `import ${names ? `{ ${names} } from ` : ''}'${source}';\n`).join(''),
    );
  }
  found = new Map();
  for (const line of lint().split('\n')) {
    const [, path = '', number, message = ''] = /^::error .*file=([^,]+),line=(\d+),.*::(.*)$/.exec(line) ?? [];
    const file = relative(folder, path);
    found.set(file, (found.get(file) ?? new Map<number, string>()).set(Number(number), message));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function lint(): string {
  const rule = ['lint', '--only=style/noRestrictedImports', '--max-diagnostics=none', '--reporter=github'];
  const biome = `${root}node_modules/@biomejs/biome/bin/biome`;
  try {
    return execFileSync(process.execPath, [biome, ...rule], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

test('every room of shared/ has a rule, and every rule has a room', () => {
  const folders = readdirSync(`${root}shared`, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).toSorted()).toEqual(rooms.toSorted());
});

test.each(scratches)('$path may import only what its room may import', ({ path, imports }) => {
  const lines = found.get(path) ?? new Map();
  expect(imports.map((one, index) => ({ ...one, isRefused: lines.has(index + 1) }))).toEqual(imports);
  for (const message of lines.values())
    expect(message.length, 'a sentence that says what is allowed').toBeGreaterThan(20);
});
