import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { FunctionRunner } from '../../local/lambda/function-runner.ts';
import type { LambdaFunction } from '../../local/template/model.ts';
import { type ApiSetUp, type ApiUnderTest, startApi } from '../parity/api-under-test.ts';

let api: ApiUnderTest;
afterEach(async () => {
  vi.unstubAllEnvs();
  await api.close();
});
const serve = async (routes: ApiSetUp['routes'], more: Partial<ApiSetUp> = {}) => {
  api = await startApi({ routes, ...more });
};

test.each([
  ['process.exit', 'process.exit(3);'],
  [
    'an exception outside the handler',
    "setImmediate(() => { throw new Error('late'); }); await new Promise(() => {});",
  ],
  ['an unhandled rejection', "void Promise.reject(new Error('late')); await new Promise(() => {});"],
  ['too much memory', 'const all = []; for (;;) all.push(new Array(1e6).fill({}));'],
])('%s fails only its own request', async (_what, crash) => {
  await serve({ 'GET /crash': crash, 'GET /well': "return { body: 'well' };" });
  const well = api.send('GET /test/well');
  const crashed = await api.send('GET /test/crash');
  expect({ status: crashed.status, body: crashed.body }).toEqual({
    status: 502,
    body: '{"message": "Internal server error"}',
  });
  expect((await well).body).toBe('well');
  expect((await api.send('GET /test/well')).body).toBe('well');
});

test('a crash of one invocation does not affect others of the same function', async () => {
  const code =
    "if (event.queryStringParameters) process.exit(1); await new Promise((resolve) => setTimeout(resolve, 200)); return { body: 'well' };";
  await serve({ 'GET /': code });
  const [well, crashed] = await Promise.all([api.send('GET /test/'), api.send('GET /test/?crash=1')]);
  expect([well.body, crashed.status]).toEqual(['well', 502]);
  expect((await api.send('GET /test/')).body).toBe('well');
});

test('the function’s timeout ends an endless loop', async () => {
  await serve({ 'GET /loop': 'for (;;);' }, { functionTimeout: 1 });
  expect((await api.send('GET /test/loop')).status).toBe(502);
});

test('an environment handles one request at a time, is reused, and keeps its state', async () => {
  const code =
    "globalThis.busy ??= 0; globalThis.seen = (globalThis.seen ?? 0) + 1; if (globalThis.busy++) return { body: 'shared' }; await new Promise((resolve) => setTimeout(resolve, 50)); globalThis.busy--; return { body: String(globalThis.seen) };";
  await serve({ 'GET /': code });
  const together = await Promise.all([1, 2, 3].map(() => api.send('GET /test/')));
  expect(together.map(({ body }) => body)).toEqual(['1', '1', '1']);
  expect((await api.send('GET /test/')).body).toBe('2');
});

test('more requests wait while 20 environments are busy', async () => {
  await serve({
    'GET /':
      "await new Promise((resolve) => setTimeout(resolve, 100)); return { body: require('node:worker_threads').threadId.toString() };",
  });
  const answers = await Promise.all(Array.from({ length: 50 }, () => api.send('GET /test/')));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(new Set(answers.map(({ body }) => body)).size).toBe(20);
});

test('a function that cannot be loaded is a 502 every time', async () => {
  await serve({ 'GET /': '}; throw new Error("at load"); () => {' });
  expect((await api.send('GET /test/')).status).toBe(502);
  expect((await api.send('GET /test/')).status).toBe(502);
});

test('a CommonJS bundle below a project of ES modules is loaded as on Lambda', async () => {
  const project = mkdtempSync(join(tmpdir(), 'modules-'));
  const folder = join(project, 'asset');
  mkdirSync(folder);
  writeFileSync(join(project, 'package.json'), '{"type": "module"}');
  writeFileSync(join(folder, 'index.js'), "module.exports.handler = async () => require('./later.js');");
  writeFileSync(join(folder, 'later.js'), "module.exports = 'loaded';");
  const lambda = { handler: 'index.handler', folder, environment: {}, memoryMb: 128, timeoutMs: 5_000 };
  const runner = new FunctionRunner(lambda as unknown as LambdaFunction, {}, () => {});
  expect(await runner.invoke({})).toEqual({ ok: true, payload: '"loaded"' });
  await runner.close();
  rmSync(project, { recursive: true });
});

describe('the AWS SDK, which functions need not bundle because Lambda has it,', () => {
  /** Runs a function whose folder has these files and no package around it. */
  async function run(files: Record<string, string>, handler = 'index.handler') {
    const folder = mkdtempSync(join(tmpdir(), 'alone-'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const lambda = { handler, folder, environment: {}, memoryMb: 128, timeoutMs: 5_000 };
    const runner = new FunctionRunner(lambda as unknown as LambdaFunction, {}, () => {});
    const result = await runner.invoke({});
    await runner.close();
    rmSync(folder, { recursive: true });
    return result;
  }

  test.each([
    ['required', { 'index.js': "exports.handler = async () => typeof require('@aws-sdk/client-ssm').SSMClient;" }],
    [
      'imported',
      {
        'index.mjs':
          "import { SSMClient } from '@aws-sdk/client-ssm'; export const handler = async () => typeof SSMClient;",
      },
    ],
    [
      'imported later',
      {
        'index.mjs':
          "const { SSMClient } = await import('@aws-sdk/client-ssm'); export const handler = async () => typeof SSMClient;",
      },
    ],
  ])('is found when it is %s', async (_how, files) => {
    expect(await run(files)).toEqual({ ok: true, payload: '"function"' });
  });

  test.each([
    ['required', { 'index.js': "require('@aws-sdk/client-none/x'); exports.handler = async () => 1;" }],
    ['imported', { 'index.mjs': "import '@aws-sdk/client-none'; export const handler = async () => 1;" }],
  ])('is named with its install line where it is missing and %s', async (_how, files) => {
    expect(await run(files)).toMatchObject({
      ok: false,
      errorMessage: expect.stringContaining('npm install --save-dev @aws-sdk/client-none'),
    });
  });

  test('is the only exception: another package that is missing stays missing', async () => {
    const result = await run({ 'index.js': "require('chokidar'); exports.handler = async () => 1;" });
    expect(result).toMatchObject({ ok: false, errorMessage: expect.stringContaining("Cannot find module 'chokidar'") });
  });
});

test('environment variables of the runtime’s process do not reach a function', async () => {
  vi.stubEnv('NOT_FOR_FUNCTIONS', 'x');
  await serve({ 'GET /': 'return { body: JSON.stringify(process.env) };' });
  expect(JSON.parse((await api.send('GET /test/')).body)).not.toHaveProperty('NOT_FOR_FUNCTIONS');
});

test('an event over 6 MB is a 413 and an answer over 6 MB is a 502, as on Lambda', async () => {
  await serve({ 'POST /': "return { body: 'x'.repeat(Number(event.queryStringParameters?.size ?? 1)) };" });
  const bytes = 6 * 2 ** 20;
  expect((await api.send('POST /test/', [], 'x'.repeat(bytes))).status).toBe(413);
  expect((await api.send('POST /test/', [], 'x'.repeat(bytes / 2))).status).toBe(200);
  expect((await api.send(`POST /test/?size=${bytes}`)).status).toBe(502);
  expect((await api.send(`POST /test/?size=${bytes / 2}`)).status).toBe(200);
});

describe('a function in Python', () => {
  const hasPython = spawnSync('python3', ['--version']).status === 0;
  if (!hasPython) console.warn('There is no python3: functions in Python are not tested');

  async function run(code: string, event: unknown = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'python-'));
    writeFileSync(join(folder, 'index.py'), code);
    const lambda = { handler: 'index.handler', folder, environment: { NAME: 'Ada' }, memoryMb: 128, timeoutMs: 2_000 };
    const logs: string[] = [];
    const runner = new FunctionRunner(
      { ...lambda, language: 'python', name: 'f', arn: 'arn', logGroupName: 'log' } as unknown as LambdaFunction,
      {},
      (text) => logs.push(text),
    );
    const results = [await runner.invoke(event), await runner.invoke(event)];
    await runner.close();
    rmSync(folder, { recursive: true });
    return { results, log: logs.join('') };
  }

  test.runIf(hasPython)('gets the event, its context and its variables, keeps its state, and logs', async () => {
    const code = `
import os
count = 0
def handler(event, context):
    global count
    count += 1
    print("seen", count)
    assert 0 < context.get_remaining_time_in_millis() <= 2000 and context.function_name == "f"
    return {"count": count, "name": os.environ["NAME"], "text": event["text"]}
`;
    const { results, log } = await run(code, { text: 'ü\n😀' });
    const payloads = results.map((result) => (result.ok ? JSON.parse(result.payload) : result));
    expect(payloads).toEqual([1, 2].map((count) => ({ count, name: 'Ada', text: 'ü\n😀' })));
    expect(log).toContain('seen 1\nseen 2\n');
  });

  test.runIf(hasPython).each([
    ['an exception', 'def handler(event, context):\n    raise ValueError("no")', 'ValueError', 'no'],
    ['a missing module', 'import nowhere', 'ModuleNotFoundError', "No module named 'nowhere'"],
    [
      'an exit',
      'import os\ndef handler(event, context):\n    os._exit(3)',
      'Runtime.ExitError',
      'Runtime exited with status 3',
    ],
    [
      'an endless loop',
      'def handler(event, context):\n    while True: pass',
      'Sandbox.Timedout',
      'Task timed out after 2.00 seconds (task)',
    ],
  ])('%s fails its request', async (_what, code, errorType, errorMessage) => {
    const { results } = await run(code);
    for (const result of results) expect(result).toMatchObject({ ok: false, errorType, errorMessage });
  });

  test('and a route that cannot be served locally is a 502 that says so', async () => {
    await serve({ 'GET /http': { Type: 'HTTP_PROXY', Uri: 'https://example.com', IntegrationHttpMethod: 'GET' } });
    const answer = await api.send('GET /test/http');
    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.body).message).toMatch(/^Not served by the local runtime: .* integration type HTTP_PROXY/);
  });
});
