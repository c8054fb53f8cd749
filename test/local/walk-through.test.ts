import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test, vi } from 'vitest';
import { openTerminal, paste, shells, type Terminal } from '../support/terminal.ts';

// Runs docs/add-a-backend.md, block by block, in a copy of the project.

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'walk-'));
const project = join(folder, 'project');
let terminal: Terminal | undefined;

afterAll(() => {
  terminal?.kill();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const page = readFileSync(`${root}docs/add-a-backend.md`, 'utf8');
const block = (name: string) => new RegExp(`^\`\`\`${name}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page)?.[1] ?? '';

test('a newcomer can add a protected route with the page alone', { timeout: 300_000 }, async () => {
  const skipped = /^(node_modules|\.git|cdk\.out|dist|\.local)$/;
  cpSync(root, project, {
    recursive: true,
    filter: (path) => !skipped.test(path.slice(root.length).split('/')[0] ?? ''),
  });
  symlinkSync(`${root}node_modules`, join(project, 'node_modules'));
  const stack = join(project, 'infra/api-keys-stack.ts'); // a clone may already have the route of the page
  const before = readFileSync(stack, 'utf8').replaceAll(/^.*'\/greeting'.*\n/gm, '');
  writeFileSync(stack, before);
  terminal = openTerminal(`${process.execPath} local/start.cjs --port 0`, { cwd: project });
  const shows = (text: RegExp) =>
    vi.waitFor(() => expect(terminal?.text()).toMatch(text), { timeout: 60_000, interval: 50 });
  await shows(/^ready /m);

  for (const shell of shells)
    expect(await paste(shell, block('sh handler'), { cwd: project })).toMatchObject({ exitCode: 0 });
  writeFileSync(stack, before.replace(/^.*'\/whoami'.*\n/m, `$&${block('ts route')}`));
  await shows(/api-keys-stack\.ts.* changed[\s\S]*served after/);
  for (const shell of shells) {
    const { text } = await paste(shell, block('sh call'), { cwd: project });
    const answers = text
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(answers).toMatchObject([
      { greeting: 'Hello Ada', organizationId: expect.stringMatching(/^org_/) },
      { status: 401, code: 'missing_credentials' },
      { status: 401, code: 'invalid_token' },
      { status: 400, code: 'invalid_request', errors: [{ path: 'nam' }] },
    ]);
  }
});
