import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

// docs/add-a-backend.md, command by command, in a copy of the project.

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'walk-'));
const project = join(folder, 'project');
const data = join(folder, 'data');

afterAll(() => {
  const pid = join(data, 'runtime.pid');
  if (existsSync(pid)) process.kill(Number(readFileSync(pid, 'utf8')), 'SIGINT');
  rmSync(folder, { recursive: true, force: true });
});

test('a newcomer adds a protected route of their own by the commands of the page', { timeout: 300_000 }, async () => {
  const skipped = /^(node_modules|\.git|cdk\.out|dist|\.local)$/;
  cpSync(root, project, {
    recursive: true,
    filter: (path) => !skipped.test(path.slice(root.length).split('/')[0] ?? ''),
  });
  const stack = join(project, 'infra/api-keys-stack.ts'); // a clone may have the route of the page already
  writeFileSync(stack, readFileSync(stack, 'utf8').replaceAll(/^.*'\/greeting'.*\n/gm, ''));
  symlinkSync(`${root}node_modules`, join(project, 'node_modules'));
  const page = readFileSync(`${root}docs/add-a-backend.md`, 'utf8');
  const commands = [...page.matchAll(/^```sh \S+\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  expect(commands).toHaveLength(3);
  const env = { ...process.env, PORT: '0', DATA: data };
  const output = await new Promise<string>((resolve, reject) => {
    const script = `set -e\n${commands.join('\n').replaceAll(/^(curl .*?)(?= +#)/gm, '$1; echo')}`;
    execFile('bash', ['-c', script], { cwd: project, env }, (error, stdout, stderr) =>
      error ? reject(new Error(stderr + stdout)) : resolve(stdout),
    );
  });
  const answers = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(answers).toMatchObject([
    { greeting: 'Hello Ada', organizationId: expect.stringMatching(/^org_/) },
    { status: 401, code: 'missing_credentials' },
    { status: 401, code: 'invalid_token' },
    { status: 400, code: 'invalid_request', errors: [{ path: 'nam' }] },
  ]);
});
