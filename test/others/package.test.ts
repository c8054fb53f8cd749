import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { settingNames } from '../../infra/config.ts';
import { others, tool } from './tools.ts';

// Another project that installs only our packed tarball, with the lowest CDK that the package allows.

const root = fileURLToPath(new URL('../..', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'theirs-'));
const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, {
    cwd: project,
    encoding: 'utf8',
    stdio: 'pipe',
    env: { ...process.env, npm_config_loglevel: 'error' },
  });
const install = (from: string, name: string) =>
  symlinkSync(`${from}node_modules/${name}`, join(project, 'node_modules', name));

/** The files of the other project, beside those of examples/adopt. */
const files = {
  'package.json': JSON.stringify({ name: 'theirs', private: true }),
  'strict.ts': `
    import { readCaller } from 'scalekit-api-keys-aws/caller';
    const read = readCaller({ requestContext: {} });
    // @ts-expect-error a result must be checked before it is used
    export const unchecked = read.value;
  `,
  'run.mjs': `
    import { readCaller, withCaller } from 'scalekit-api-keys-aws/caller';
    const handler = withCaller(async (_event, { organizationId, userId }) => ({
      statusCode: 200,
      body: JSON.stringify({ organizationId, userId: userId ?? null }),
    }));
    const authorizer = { keyId: 'apit_1', organizationId: 'org_1', customClaims: '{}', roles: '[]' };
    const event = (authorizer) => ({ requestContext: { requestId: 'r', authorizer } });
    const expired = { ...authorizer, expiresAt: '2020-01-01T00:00:00Z' };
    const answers = [];
    for (const one of [authorizer, expired, null]) answers.push(await handler(event(one)));
    console.log(JSON.stringify(answers.map(({ statusCode, body }) => [statusCode, JSON.parse(body).code ?? JSON.parse(body)])));
  `,
  'run.cjs': `
    const { readCaller } = require('scalekit-api-keys-aws/caller');
    const { ApiKeyAuth } = require('scalekit-api-keys-aws/cdk');
    console.log(readCaller({ requestContext: {} }).failure, typeof ApiKeyAuth);
  `,
};

let tarball: string;
beforeAll(() => {
  execFileSync(process.execPath, [`${root}package/build.ts`], { cwd: root });
  tarball = join(project, run('npm', 'pack', `${root}dist/package`, '--silent').trim());
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text);
  cpSync(`${root}examples/adopt`, project, { recursive: true });
  // Their own packages: linked, so that nothing is downloaded.
  mkdirSync(join(project, 'node_modules', '@types'), { recursive: true });
  for (const name of ['aws-cdk-lib', 'constructs']) install(others, name);
  for (const name of ['@types/node', '@types/aws-lambda']) install(root, name);
  mkdirSync(join(project, 'node_modules', 'scalekit-api-keys-aws'));
  run('tar', '-xzf', tarball, '--strip-components=1', '-C', 'node_modules/scalekit-api-keys-aws');
  mkdirSync(join(project, 'backend'));
}, 120_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));

test('publint and arethetypeswrong find nothing', () => {
  expect(run(tool('publint'), '--strict', `${root}dist/package`)).toContain('All good!');
  expect(run(tool('attw'), tarball)).toContain('No problems found');
});

/** The CDK's types take seconds to load: once with the oldest resolution, and once complete. `attw` resolves them with all. */
test.each([
  ['commonjs', 'node10', ['--skipLibCheck', 'app.ts']],
  ['node16', 'node16', ['--skipLibCheck']],
  ['nodenext', 'nodenext', ['app.ts']],
  ['esnext', 'bundler', ['--skipLibCheck']],
])('an app and a backend compile with module %s and moduleResolution %s', (module, resolution, more) => {
  const options = ['--module', module, '--moduleResolution', resolution, '--target', 'es2022', '--strict', '--noEmit'];
  expect(run(tool('tsc'), ...options, '--types', 'node', 'backend.ts', 'strict.ts', ...more)).toBe('');
});

test('a backend answers with its caller and never runs without one, in ESM and in CommonJS', () => {
  expect(JSON.parse(run(process.execPath, 'run.mjs'))).toEqual([
    [200, { organizationId: 'org_1', userId: null }],
    [401, 'invalid_token'],
    [500, 'internal_error'],
  ]);
  expect(run(process.execPath, 'run.cjs').trim()).toBe('malformed_context function');
});

test('examples/adopt, compiled to CommonJS, puts keys in front of its API with the lowest CDK', () => {
  run(tool('tsc'), '--module', 'commonjs', '--target', 'es2022', '--outDir', 'built', '--skipLibCheck', 'app.ts');
  execFileSync(process.execPath, ['built/app.js'], {
    cwd: project,
    env: { ...process.env, CDK_OUTDIR: join(project, 'cdk.out') },
  });
  const { Resources, Outputs } = JSON.parse(readFileSync(join(project, 'cdk.out', 'Orders.template.json'), 'utf8')) as {
    Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
    Outputs: Record<string, unknown>;
  };
  const all = Object.values(Resources);
  const orders = all.find(
    ({ Type, Properties }) => Type === 'AWS::ApiGateway::Method' && JSON.stringify(Properties).includes('Apiorders'),
  );
  expect(orders?.Properties).toMatchObject({ AuthorizationType: 'CUSTOM' });
  const ours = all.filter(
    ({ Type, Properties }) => Type === 'AWS::Lambda::Function' && Properties['Runtime'] === 'nodejs24.x',
  );
  expect(ours.length).toBeGreaterThanOrEqual(11);
  expect(Object.keys(Outputs)).toEqual(expect.arrayContaining(['ApiUrl', 'OperatorApiUrl', 'DecisionTableName']));
});

test('the commands of the package run, and are named as their user calls them', () => {
  const cli = 'node_modules/scalekit-api-keys-aws/commands/cli.mjs';
  expect(run(process.execPath, cli, 'keys', '--help')).toContain('npx scalekit-api-keys-aws keys create');
  expect(run(process.execPath, cli, 'secrets', '--help')).toContain('Usage: npx scalekit-api-keys-aws secrets');
  for (const args of [[], ['toString'], ['keys', 'list', '--organization', '']])
    expect(() => run(process.execPath, cli, ...args), args.join(' ')).toThrow(/Command failed/);
});

test('the entry for backends needs no other package', () => {
  const { dependencies } = JSON.parse(readFileSync(`${root}dist/package/package.json`, 'utf8')) as {
    dependencies?: object;
  };
  expect(dependencies).toBeUndefined();
  expect(readFileSync(`${root}dist/package/caller.js`, 'utf8')).not.toMatch(
    /\b(from|import) ['"](?!node:)|require\(['"](?!node:)/,
  );
});

test('its README lists every prop of the construct with its default and its meaning', () => {
  const readme = readFileSync(`${root}dist/package/README.md`, 'utf8');
  const listed = [...readme.matchAll(/^\| `(\w+)` \| `[^|]+` \| ([^|]+) \| \S[^|]+ \|$/gm)].map(([, name]) => name);
  const props = ['restApi', 'alarmTopic', 'eventBus', 'encryptionKey'];
  expect(new Set(listed)).toEqual(new Set([...props, ...settingNames]));
  expect(readme).toContain('| `decisionCacheSeconds` | `number` | 0 |');
});
