import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Outputs } from '../../local/outputs.ts';
import { openTerminal, type Terminal } from '../support/terminal.ts';

// A developer's daily work: start, change a file, look at the terminal. In a copy of the project, on a terminal.

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'loop-'));
const project = join(folder, 'project');
const handler = join(project, 'functions/whoami/handler.ts');
const original = readFileSync(join(root, 'functions/whoami/handler.ts'), 'utf8');

let terminal: Terminal;

/** Starts the runtime on free ports and waits until it is ready. */
async function start(args = ''): Promise<Outputs> {
  terminal = openTerminal(`${process.execPath} local/start.cjs --port 0 ${args}`, { cwd: project });
  await shows(/^ready /m);
  return JSON.parse(readFileSync(join(project, '.local/outputs.json'), 'utf8')) as Outputs;
}

const soon = { timeout: 60_000, interval: 20 };

const shows = (text: RegExp) => vi.waitFor(() => expect(terminal.text()).toMatch(text), soon);

async function whoami({ apiUrl, adminKey }: Outputs): Promise<number> {
  const { status } = await fetch(`${apiUrl}/whoami`, { headers: { Authorization: `Bearer ${adminKey}` } });
  return status;
}

const answers = (from: Outputs, status: number) =>
  vi.waitFor(async () => expect(await whoami(from)).toBe(status), soon);

let outputs: Outputs;
beforeAll(async () => {
  const skipped = /^(node_modules|\.git|cdk\.out|dist|\.local)$/;
  cpSync(root, project, {
    recursive: true,
    filter: (path) => !skipped.test(path.slice(root.length).split('/')[0] ?? ''),
  });
  symlinkSync(`${root}node_modules`, join(project, 'node_modules'));
  outputs = await start();
});
afterAll(() => {
  terminal.kill();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('a start shows its steps, the routes of both APIs and of the example, the logs, and how to stop', async () => {
  expect(terminal.text()).toMatch(/Synthesizing the stacks …\n {2}done in \d+\.\d s\n/);
  for (const line of [outputs.apiUrl, outputs.operatorUrl, '/whoami', '/notes/{noteId}', '.local/logs', 'Ctrl-C stops'])
    expect(terminal.text()).toContain(line);
  expect(await whoami(outputs)).toBe(200);
  await shows(/GET \/whoami 200 \d+ ms/);
});

test('a saved handler is served, and existing keys stay good', async () => {
  writeFileSync(handler, original.replace('status: 200', 'status: 203'));
  await answers(outputs, 203);
  await shows(/functions\/whoami\/handler\.ts changed: one function updated after \d+ ms/);
});

test('a syntax error is shown with its file, line and frame, and the last good version is still served', async () => {
  writeFileSync(handler, `${original}const x = ];\n`);
  await shows(/\[ERROR\] Unexpected "\]"\n\n {4}functions\/whoami\/handler\.ts:\d+:10:\n.*const x = \];\n.*\^/);
  await shows(/The last good version is still served/);
  expect(await whoami(outputs)).toBe(203);
  writeFileSync(handler, original);
  await answers(outputs, 200);
});

test('an exception is shown under its request, with the lines in our files and the log', async () => {
  const line = original.split('\n').findIndex((text) => text.includes('endpoint({}')) + 1;
  writeFileSync(handler, original.replace('ok({', "ok((() => { throw new Error('on purpose'); })() ?? {"));
  await answers(outputs, 500);
  await shows(/GET \/whoami 500 .*\n {2}reason: Error: on purpose\n/);
  await shows(new RegExp(`\\n +at functions/whoami/handler\\.ts:${line}:\\d+`));
  await shows(/log: .*ApiKeys-dev-Whoami\w+\.log/);
  writeFileSync(handler, original);
  await answers(outputs, 200);
});

test('a changed stack is served on the same ports with the same keys, and a missing permission is reported', async () => {
  const auth = join(project, 'infra/grants.ts');
  const source = readFileSync(auth, 'utf8');
  const changed = source.replace(
    'parameters.grantReadWebhookSecret(reader)',
    "reader.addEnvironment('WEBHOOK_SECRET_PARAMETER', '/none')",
  );
  expect(changed).not.toBe(source);
  writeFileSync(auth, changed);
  await shows(/infra\/grants\.ts changed: synthesizing …\n[\s\S]* {2}served after \d+\.\d s/);
  await answers(outputs, 200);
  await fetch(`${outputs.apiUrl}/webhooks/scalekit`, { method: 'POST', body: '{}', headers: signature });
  await shows(/warning: .*ScalekitWebhook\w*.* ssm:GetParameters/i);
  writeFileSync(auth, 'this is no TypeScript');
  await shows(/The synthesis failed:[\s\S]*The last good version is still served/);
  expect(await whoami(outputs)).toBe(200);
  writeFileSync(auth, source);
});

test('Ctrl-C ends it, and the next start with the same files reuses the synthesis and the keys', async () => {
  terminal.type('\u0003');
  expect(await terminal.ended).toBe(0);
  expect(existsSync(join(project, '.local/runtime.pid'))).toBe(false);
  await start();
  terminal.type('\u0003\u0003'); // npm passes a Ctrl-C on, so that it arrives twice
  expect(await terminal.ended).toBe(0);
  const again = await start('--no-watch');
  expect(terminal.text()).toContain('nothing changed since the last time');
  expect(again.adminKey).toBe(outputs.adminKey);
  expect(await whoami(again)).toBe(200);
  writeFileSync(handler, original.replace('status: 200', 'status: 203'));
  await new Promise((resolve) => setTimeout(resolve, 1_500)); // longer than a change takes
  expect(await whoami(again)).toBe(200);
  terminal.type('\u0003');
  await terminal.ended;
});

test('--fresh reports what it deletes', async () => {
  const fresh = await start('--fresh');
  expect(terminal.text()).toMatch(/Forgot all keys, rows, logs and outputs of .*\.local/);
  expect(fresh.adminKey).not.toBe(outputs.adminKey);
});

/** Headers like Scalekit's. The signature is checked only after the secret was read. */
const signature = {
  'webhook-id': 'msg_1',
  'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
  'webhook-signature': 'v1,x',
};
