import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientOf } from '../support/client.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';

// `npm run keys` against a local runtime: found by its data folder, and found as a deployment is, by the AWS environment.

const script = fileURLToPath(new URL('../../infra/commands/keys.ts', import.meta.url));

let runtime: RuntimeProcess;
beforeAll(async () => {
  runtime = await startRuntimeProcess();
});
afterAll(() => runtime.stop());

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: string[], env: NodeJS.Dict<string> = {}): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], { env: { ...process.env, ...env } }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

const stage = ['--stage', 'dev']; // whatever cdk.json says
const keys = (command: string, ...args: string[]) => {
  const local = ['--local', '--data', runtime.dataDir, ...stage];
  return run([command, ...args, '--organization', runtime.outputs.organizationId, ...local]);
};
const { call, newKey } = clientOf(() => runtime.outputs);
const whoami = async (key: string) => {
  const { status, json } = await call(key, 'GET', '/whoami');
  return { status, body: json as { keyId: string } };
};

test('a key is created, shown, changed, rotated and revoked; the plain key stands alone on stdout', async () => {
  const created = await keys(
    'create',
    '--description',
    'CLI',
    '--scope',
    'keys:read',
    '--claim',
    'env=a=b',
    '--claim',
    'team=x',
    '--expires-in',
    '90d',
  );
  expect(created).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[0-9A-Za-z]+\n$/) });
  const key = created.stdout.trim();
  expect(created.stderr).not.toContain(key);
  const { status, body } = await whoami(key);
  expect({ status, body }).toMatchObject({
    status: 200,
    body: { customClaims: { env: 'a=b', team: 'x', scope: 'keys:read' } },
  });
  const { keyId } = body;

  const shown = await keys('get', keyId, '--json');
  expect(JSON.parse(shown.stdout)).toMatchObject({ keyId, description: 'CLI' });
  const days = (Date.parse(JSON.parse(shown.stdout).expiresAt) - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(89.9);
  expect(days).toBeLessThan(90.1);
  const listed = await keys('list', '--json');
  expect(JSON.parse(listed.stdout).map((one: { keyId: string }) => one.keyId)).toContain(keyId);
  expect(await keys('list')).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining(keyId) });
  const changed = await keys('update', keyId, '--description', '', '--claim', 'env=c', '--json');
  expect(JSON.parse(changed.stdout).customClaims).toEqual({ env: 'c', scope: 'keys:read', issued_by: 'operator' });

  const rotated = await keys('rotate', keyId, '--overlap', '1h', '--json');
  const next = JSON.parse(rotated.stdout) as { key: string; keyId: string; previous: { activeUntil: string } };
  expect(Date.parse(next.previous.activeUntil) - Date.now()).toBeGreaterThan(3_500_000);
  const again = await keys('rotate', keyId);
  expect(again).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(`already_rotated`) });
  expect(again.stderr).toContain(next.keyId);
  const replaced = await keys('rotate', keyId, '--replace');
  expect((await whoami(next.key)).status).toBe(401);
  expect((await whoami(key)).status).toBe(401);
  expect((await whoami(replaced.stdout.trim())).status).toBe(200);

  const { keyId: lastId } = (await whoami(replaced.stdout.trim())).body;
  expect(await keys('revoke', lastId)).toMatchObject({ code: 0, stdout: '' });
  expect((await whoami(replaced.stdout.trim())).status).toBe(401);
});

test('what is unused is not revoked before uses are recorded for as long, and an ended key is forgotten', async () => {
  const { key } = await newKey();
  const { keyId } = (await whoami(key)).body;
  const used = await keys('get', keyId, '--json');
  const { lastUsedAt } = JSON.parse(used.stdout) as { lastUsedAt: string };
  expect(Date.now() - Date.parse(lastUsedAt)).toBeLessThan(2 * 3_600_000);
  const shown = await keys('unused', '--days', '30', '--json');
  expect(JSON.parse(shown.stdout)).toEqual({ unused: [], revoked: 0 });
  const refused = await keys('unused', '--days', '30', '--revoke', '--yes');
  expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('less than 30 days') });
  expect((await whoami(key)).status).toBe(200);

  const forgotten = await keys('forget', keyId, 'apit_1', '--json');
  expect(JSON.parse(forgotten.stdout)).toEqual({ forgotten: [keyId, 'apit_1'] });
  expect((await whoami(key)).status).toBe(200); // Scalekit knows it still
});

test('a deployment is found by its stack’s outputs, and signed for with the AWS credential chain', async () => {
  const { aws, organizationId, userId } = runtime.outputs;
  const env = {
    AWS_ENDPOINT_URL: aws.endpointUrl,
    AWS_REGION: aws.region,
    AWS_ACCESS_KEY_ID: aws.accessKeyId,
    AWS_SECRET_ACCESS_KEY: aws.secretAccessKey,
  };
  const created = await run(['create', '--organization', organizationId, '--user', userId, ...stage], env);
  expect(created.code, created.stderr).toBe(0);
  expect((await whoami(created.stdout.trim())).body).toMatchObject({ userId });
  const { operatorUrl } = runtime.outputs;
  // Nothing listens at the address of CloudFormation: with the URL, no right to read the stack is needed.
  const byUrl = await run(['list', '--organization', organizationId, '--url', operatorUrl], {
    ...env,
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  });
  expect(byUrl.code, byUrl.stderr).toBe(0);
  const wrong = await run(['list', '--organization', organizationId, '--stage', 'prod'], env);
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('ApiKeys-prod does not exist') });
});

test.each([
  [['create'], /required option '--organization <id>'/],
  [['create', '--organization', 'org_1', '--claim', 'x'], /Use NAME=VALUE/],
  ...['soon', '7', '0s', '', '500ms', '-1d'].map((text): [string[], RegExp] => [
    ['create', '--organization', 'org_1', `--expires-in=${text}`],
    /Use a number and a unit, like 90d/,
  ]),
  [['get', '', '--organization', 'org_1'], /begins with apit_/],
  [['get', '..', '--organization', 'org_1'], /begins with apit_/],
  [['list', '--organization', '..'], /begins with org_/],
  [['create', '--organization', 'org_1', '--local', '--data', '/nowhere'], /no local runtime in \/nowhere/],
  ...['6', '391', '7.5', '-7', 'a', ''].map((text): [string[], RegExp] => [
    ['unused', '--organization', 'org_1', `--days=${text}`],
    /Use a whole number of days from 7 to 390/,
  ]),
  [['unused', '--organization', 'org_1'], /required option '--days <number>'/],
  [['forget', 'apit_1', 'x', '--organization', 'org_1'], /begins with apit_/],
  [['forget', '--organization', 'org_1'], /missing required argument 'keyIds'/],
  [['delete', '--organization', 'org_1'], /unknown command 'delete'/],
  [['get', '--organization', 'org_1'], /missing required argument 'keyId'/],
])('%o fails with one clear message', async (args, message) => {
  const { code, stdout, stderr } = await run(args);
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(message);
});

test.each([
  ['the page of a proxy', 502, '<html>Bad Gateway</html>', /answered 502 with no problem of the API/],
  ['a page in place of an answer', 200, '<html>Welcome</html>', /answered 200 with no problem of the API/],
])('%s is told by status and host', async (_what, status, body, message) => {
  const proxy = createServer((_request, response) => response.writeHead(status).end(body)).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const credentials = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_REGION: 'us-east-1' };
  const ran = await run(['list', '--organization', 'org_1', '--url', `http://${host}/v1`], credentials);
  proxy.close();
  expect(ran).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(message) });
  expect(ran.stderr).toContain(host);
});

test('a URL that would carry new keys in clear is refused', async () => {
  const ran = await run(['list', '--organization', 'org_1', '--url', 'http://api.example.com/v1']);
  expect(ran).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('http:// is for localhost only') });
});
