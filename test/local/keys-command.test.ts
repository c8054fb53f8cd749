import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { callAws } from '../../infra/commands/aws-json.ts';
import { exitCodes } from '../../infra/commands/exit-codes.ts';
import { clientOf, controlOf, sdkOf } from '../support/client.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';
import { runOnTerminal } from '../support/terminal.ts';

// `npm run keys` against a local runtime, which it finds by the data folder or, like a deployment, by the AWS environment.

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

function run(args: string[], env: NodeJS.Dict<string> = {}, input = ''): Promise<Run> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env } };
    const child = execFile(process.execPath, [script, ...args], options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

const stage = ['--stage', 'dev']; // overrides cdk.json
const keys = (command: string, ...args: string[]) => {
  const local = ['--local', '--data', runtime.dataDir];
  return run([command, ...args, '--organization', runtime.outputs.organizationId, ...local]);
};
const { call, newKey } = clientOf(() => runtime.outputs);
const whoami = async (key: string) => {
  const { status, json } = await call(key, 'GET', '/whoami');
  return { status, body: json as { keyId: string } };
};

test('a key is created, shown, changed, rotated and revoked; stdout contains only the plain key', async () => {
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
  const piped = await keys('list');
  const withoutUse = (output: string) => JSON.parse(output).map((one: object) => ({ ...one, lastUsedAt: undefined }));
  expect(withoutUse(piped.stdout)).toEqual(withoutUse(listed.stdout)); // a use may be recorded in between
  expect(piped.stderr).toBe('');
  const changed = await keys('update', keyId, '--description', '', '--claim', 'env=c', '--json');
  expect(JSON.parse(changed.stdout).customClaims).toEqual({ env: 'c', scope: 'keys:read', issued_by: 'operator' });

  const rotated = await keys('rotate', keyId, '--overlap', '1h', '--json');
  const next = JSON.parse(rotated.stdout) as { key: string; keyId: string; previous: { activeUntil: string } };
  expect(Date.parse(next.previous.activeUntil) - Date.now()).toBeGreaterThan(3_500_000);
  const again = await keys('rotate', keyId);
  expect(again).toMatchObject({ code: 5, stdout: '', stderr: expect.stringContaining('add --replace') });
  expect(again.stderr).toContain(next.keyId);
  const replaced = await keys('rotate', keyId, '--replace');
  expect((await whoami(next.key)).status).toBe(401);
  expect((await whoami(key)).status).toBe(401);
  expect((await whoami(replaced.stdout.trim())).status).toBe(200);

  const { keyId: lastId } = (await whoami(replaced.stdout.trim())).body;
  const revoked = await keys('revoke', lastId);
  expect(revoked).toMatchObject({ code: 0, stderr: expect.stringContaining(runtime.outputs.operatorUrl) });
  expect(JSON.parse(revoked.stdout)).toEqual({ revoked: [lastId], notActive: [], failed: [] });
  expect((await whoami(replaced.stdout.trim())).status).toBe(401);
});

test('no unused key is revoked before uses were recorded long enough, and an ended key is forgotten', async () => {
  const { key } = await newKey();
  const { keyId } = (await whoami(key)).body;
  // A use is recorded within a short time, or else with the next request.
  const lastUsedAt = async () => {
    await whoami(key);
    return JSON.parse((await keys('get', keyId, '--json')).stdout).lastUsedAt;
  };
  const recently = new Date(Date.now() - 2 * 3_600_000).toISOString();
  await expect.poll(async () => (await lastUsedAt()) > recently, { timeout: 60_000 }).toBe(true);
  const shown = await keys('unused', '--days', '30', '--json');
  expect(JSON.parse(shown.stdout)).toEqual({ unused: [], revoked: 0 });
  const recorded = async () => JSON.parse((await call(runtime.outputs.adminKey, 'GET', '/keys')).text);
  await expect.poll(recorded, { timeout: 20_000 }).toMatchObject({ usageRecordedSince: expect.any(String) });
  const refused = await keys('unused', '--days', '30', '--revoke', '--yes');
  expect(refused).toMatchObject({ code: 5, stdout: '', stderr: expect.stringContaining('less than 30 days') });
  expect((await whoami(key)).status).toBe(200);

  const forgotten = await keys('forget', keyId, 'apit_1', '--json');
  expect(JSON.parse(forgotten.stdout)).toEqual({ forgotten: [keyId, 'apit_1'] });
  expect((await whoami(key)).status).toBe(200); // Scalekit still knows it
});

test('a deployment is found by its stack’s outputs, and requests are signed with the AWS credential chain', async () => {
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
  // No server listens at CloudFormation's address: with --url, no permission to read the stack is needed.
  const byUrl = await run(['list', '--organization', organizationId, '--url', operatorUrl], {
    ...env,
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  });
  expect(byUrl.code, byUrl.stderr).toBe(0);
  const wrong = await run(['list', '--organization', organizationId, '--stage', 'prod'], env);
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('ApiKeys-prod does not exist') });
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
  ...['6', '391', '7.5', '-7', 'a', ''].map((text): [string[], RegExp] => [
    ['unused', '--organization', 'org_1', `--days=${text}`],
    /Use a whole number of days from 7 to 390/,
  ]),
  [['unused', '--organization', 'org_1'], /required option '--days <number>'/],
  [['forget', 'apit_1', 'x', '--organization', 'org_1'], /"x" is not a key id: use ids that begin with apit_/],
  [['forget', '--organization', 'org_1'], /no key id on standard input/],
  [['revoke', '-', '--organization', 'org_1'], /no key id on standard input/],
  [['revoke', 'apit_1', '', '--organization', 'org_1'], /"" is not a key id/],
  [['update', 'apit_1', '--organization', 'org_1'], /give --description, --scope or --claim/],
  [['revoke-all', '--organization', 'org_1'], /give a filter, or --all/],
  [['revoke-all', '--organization', 'org_1', '--issued-by', ''], /begins with apit_/],
  ...['soon', '2030-13-01', '2h ago', ''].map((text): [string[], RegExp] => [
    ['revoke-all', '--organization', 'org_1', `--created-after=${text}`],
    /Use a time like/,
  ]),
  [['list', '--organization', 'org_1', '--stage', 'Prod'], /stage="Prod" is not allowed/],
  [
    ['list', '--organization', 'org_1', '--local', '--stage', 'prod'],
    /cannot be combined with --stage, --stack or --url/,
  ],
  [
    ['list', '--organization', 'org_1', '--local', '--url', 'https://a.example'],
    /cannot be combined with --stage, --stack or --url/,
  ],
  [['delete', '--organization', 'org_1'], /unknown command 'delete'/],
  [['get', '--organization', 'org_1'], /missing required argument 'keyId'/],
])('%o fails with one clear message', async (args, message) => {
  const { code, stdout, stderr } = await run(args);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(message);
});

describe('a failure has its own exit code and a clear sentence', () => {
  const other = () => ['--local', '--data', runtime.dataDir, '--organization', 'org_999'];

  test('an organization that Scalekit does not know', async () => {
    const sentence = 'Scalekit does not know the organization org_999';
    expect(await run(['create', ...other()])).toMatchObject({ code: 3, stderr: expect.stringContaining(sentence) });
    expect(await run(['list', ...other()])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('is it the right'),
    });
    expect(await run(['revoke-all', '--all', '--yes', ...other()])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('org_999 has no active key: is it the right organization?'),
    });
    // If Scalekit lists no key, it may not know the organization.
    for (const command of ['revoke', 'get'])
      expect(await run([command, 'apit_1', ...other()]), command).toMatchObject({
        code: 4,
        stderr: expect.stringContaining('org_999 has no active key: is it the right organization?'),
      });
  });

  test('an id that is not active in this organization', async () => {
    for (const command of ['revoke', 'get', 'rotate'])
      expect(await keys(command, 'apit_999'), command).toMatchObject({
        code: 4,
        stderr: expect.stringContaining(`apit_999 is not active in ${runtime.outputs.organizationId}`),
      });
  });

  test('a good key of another organization, which stays active', async () => {
    const { key, keyId } = await newKey();
    const { organization } = await sdkOf(runtime.outputs.scalekit).organization.createOrganization('Other');
    const args = ['revoke', keyId, '--local', '--data', runtime.dataDir, '--organization', organization?.id ?? ''];
    expect(await run(args)).toMatchObject({ code: 4, stderr: expect.stringContaining('it was not revoked') });
    expect((await whoami(key)).status).toBe(200);
  });

  test('a refused connection', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_REGION: 'us-east-1' };
    const url = ['--url', 'http://127.0.0.1:4/v1', '--organization', 'org_1'];
    for (const args of [['get', 'apit_1'], ['revoke', 'apit_1'], ['list']])
      expect(await run([...args, ...url], env), args[0]).toMatchObject({
        code: 7,
        stderr: expect.stringMatching(/No answer from 127\.0\.0\.1:4: .*ECONNREFUSED/),
      });
    expect(await run(['list', '--organization', 'org_1', '--local', '--data', '/nowhere'])).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('no local runtime in /nowhere'),
    });
  });

  test('a missing permission, wrong credentials, and no credentials', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_REGION: 'us-east-1' };
    const url = ['--url', runtime.outputs.operatorUrl, '--organization', runtime.outputs.organizationId];
    expect(await run(['list', ...url], env)).toMatchObject({ code: 6, stderr: expect.stringContaining('403') });
    const xml =
      '<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized</Message></Error></ErrorResponse>';
    const aws = createServer((_request, response) => response.writeHead(403).end(xml)).listen(0, '127.0.0.1');
    await once(aws, 'listening');
    const endpoint = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`;
    const stranger = await run(['list', '--organization', 'org_1', ...stage], { ...env, AWS_ENDPOINT_URL: endpoint });
    aws.close();
    expect(stranger).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('Cannot read the outputs of the stack ApiKeys-dev: a permission is missing'),
    });
    const none = {
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_PROFILE: 'none-such',
      AWS_REGION: 'us-east-1',
    };
    expect(await run(['list', '--organization', 'org_1'], none)).toMatchObject({
      code: 6,
      stderr: expect.stringMatching(/Sign in|set AWS_PROFILE/),
    });
  });

  test('the API’s message uses the names of the options', async () => {
    const { keyId } = await newKey();
    const long = await keys('rotate', keyId, '--overlap', '60d');
    expect(long).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('--overlap: must be at most 2592000 seconds (30d)'),
    });
    const odd = await keys('create', '--claim', 'allowed_ips=here');
    expect(odd).toMatchObject({ code: 5, stderr: expect.stringContaining('--claim allowed_ips:') });
  });
});

test('the DELETE is sent even if the look-up before it fails', async () => {
  const sent: string[] = [];
  const api = createServer((request, response) => {
    sent.push(request.method ?? '');
    if (request.method === 'DELETE') response.writeHead(204).end();
    else
      response
        .writeHead(503, { 'Content-Type': 'application/json' })
        .end('{"code":"upstream_unavailable","detail":"x","status":503}');
  }).listen(0, '127.0.0.1');
  await once(api, 'listening');
  const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}/v1`;
  const credentials = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_REGION: 'us-east-1' };
  const revoked = await run(['revoke', 'apit_1', '--organization', 'org_1', '--url', url], credentials);
  api.close();
  expect(sent).toEqual(['GET', 'DELETE']);
  expect(revoked).toMatchObject({ code: 0, stdout: expect.stringContaining('apit_1') });
});

test('with --direct keys are revoked without an API: marked, ended, and recorded', async () => {
  const { aws, dataDir } = { aws: runtime.outputs.aws, dataDir: runtime.dataDir };
  const { key, keyId } = await newKey();
  const outputs = JSON.parse(readFileSync(join(dataDir, 'outputs.json'), 'utf8'));
  const folder = mkdtempSync(join(tmpdir(), 'direct-'));
  // Neither API can be reached.
  writeFileSync(join(folder, 'outputs.json'), JSON.stringify({ ...outputs, operatorUrl: 'http://127.0.0.1:4', aws }));
  const direct = ['--direct', '--local', '--data', folder, '--organization', runtime.outputs.organizationId];
  const revoked = await run(['revoke', keyId, 'apit_999', ...direct]);
  expect(JSON.parse(revoked.stdout)).toEqual({ revoked: [keyId], notActive: ['apit_999'], failed: [] });
  expect(revoked.code).toBe(4);
  expect((await whoami(key)).status).toBe(401);
  const events = (await controlOf(() => runtime.outputs)('GET', '/events')) as unknown as Record<string, unknown>[];
  expect(JSON.stringify(events)).toContain(`"keyId":"${keyId}"`);
  expect(events.at(-1)).toMatchObject({ 'detail-type': 'ApiKey Revoked', detail: { keyId, reason: 'direct' } });
  rmSync(folder, { recursive: true });
});

test('with --direct the key of another organization stays active', async () => {
  const { key, keyId } = await newKey();
  const direct = [
    '--direct',
    '--local',
    '--data',
    runtime.dataDir,
    '--organization',
    runtime.outputs.otherOrganizationId,
  ];
  expect(await run(['revoke', keyId, ...direct])).toMatchObject({ code: 4 });
  expect((await whoami(key)).status).toBe(200);
});

test('redrive puts dead letters back on the work queue, and leaves messages that are not work', async () => {
  const { aws, organizationId, stacks } = runtime.outputs;
  vi.stubEnv('AWS_ENDPOINT_URL', aws.endpointUrl);
  vi.stubEnv('AWS_ACCESS_KEY_ID', aws.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', aws.secretAccessKey);
  const { key, keyId } = await newKey();
  const QueueUrl = stacks['ApiKeys-dev']?.['DeadLetterQueueUrl'];
  for (const MessageBody of [JSON.stringify({ organizationId, keyId }), 'no work']) {
    const input = { QueueUrl, MessageBody };
    await callAws({ service: 'sqs', region: aws.region, target: 'AmazonSQS.SendMessage', version: '1.0', input });
  }
  vi.unstubAllEnvs();
  const ran = await run(['redrive', '--local', '--data', runtime.dataDir]);
  expect(JSON.parse(ran.stdout)).toEqual({ redriven: 1, left: 1 });
  await expect.poll(async () => (await whoami(key)).status, { timeout: 20_000 }).toBe(401);
  const { deadLetters } = await controlOf(() => runtime.outputs)('GET');
  expect(deadLetters).toEqual([{ queue: expect.stringContaining('DeadLetters'), body: 'no work' }]);
});

test('npm run doctor reports the healthy and the broken parts of a deployment', async () => {
  const { aws, adminKey } = runtime.outputs;
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: aws.endpointUrl,
    AWS_REGION: aws.region,
    AWS_ACCESS_KEY_ID: aws.accessKeyId,
    AWS_SECRET_ACCESS_KEY: aws.secretAccessKey,
  };
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  const keyFile = join(folder, 'first.key');
  const doctor = fileURLToPath(new URL('../../infra/commands/doctor.ts', import.meta.url));
  const look = () => promisify(execFile)(process.execPath, [doctor, ...stage, '--key-file', keyFile], { env });
  writeFileSync(keyFile, `${adminKey}\n`);
  const { stdout } = await look();
  for (const line of [
    /^ok +settings \{"stage":"dev"/m,
    /^ok +Scalekit accepts the client/m,
    /^ok +\S+\/whoami answers 200 in \d+ ms/m,
  ])
    expect(stdout).toMatch(line);
  expect(stdout).toMatch(/^unknown +the quota of concurrent executions cannot be read/m); // there is no stand-in for it
  writeFileSync(keyFile, 'wrong');
  await expect(look()).rejects.toMatchObject({
    code: 8,
    stdout: expect.stringMatching(/^bad +\S+\/whoami answers 401/m),
  });
  rmSync(folder, { recursive: true });
});

test('ids come from standard input, and organization and stage from the environment', async () => {
  const made = [await newKey(), await newKey()];
  const env = { ORG: runtime.outputs.organizationId, STAGE: 'dev' };
  const args = ['revoke', '--local', '--data', runtime.dataDir];
  const revoked = await run(args, env, `${made.map(({ keyId }) => keyId).join('\n')}\n`);
  expect(JSON.parse(revoked.stdout)).toMatchObject({ revoked: made.map(({ keyId }) => keyId) });
  for (const { key } of made) expect((await whoami(key)).status).toBe(401);
});

describe('on a terminal', () => {
  const command = (line: string) => `${process.execPath} ${script} ${line} --local --data ${runtime.dataDir}`;
  const env = () => ({ ORG: runtime.outputs.organizationId });
  const cwd = fileURLToPath(new URL('../..', import.meta.url));

  test('keys are shown as a table, and no description can control the terminal', async () => {
    const { scalekit, organizationId } = runtime.outputs;
    const made = await sdkOf(scalekit).token.createToken(organizationId, { description: 'red \u001b[31m\u0007' });
    const keyId = made.tokenId;
    const { text } = await runOnTerminal(command('list'), '', { cwd, env: env() });
    expect(text).toMatch(/^KEY ID +DESCRIPTION +USER/m);
    expect(text.split('\n').find((line) => line.startsWith(keyId))).toContain('red ?');
    expect(text).not.toContain('\u0007');
  });

  test('revoke-all shows organization and count, and does nothing unless the id is typed', async () => {
    const { userId, organizationId } = runtime.outputs;
    const { key } = await newKey({ userId });
    const all = command(`revoke-all --user ${userId}`);
    const refused = await runOnTerminal(all, 'yes\n', { cwd, env: env() });
    expect(refused.text).toMatch(new RegExp(`This revokes \\d+ keys of ${organizationId}\\. Type ${organizationId}`));
    expect(refused).toMatchObject({ exitCode: 2, text: expect.stringContaining('nothing was done') });
    expect((await whoami(key)).status).toBe(200);
    const done = await runOnTerminal(all, `${organizationId}\n`, { cwd, env: env() });
    expect(done).toMatchObject({ exitCode: 0, text: expect.stringMatching(/Revoked \d+ of \d+ keys/) });
    expect((await whoami(key)).status).toBe(401);
  });

  test('a new key is shown with a note that it is shown only once', async () => {
    const { text } = await runOnTerminal(command('create'), '', { cwd, env: env() });
    expect(text).toMatch(/shown only once\. Store it now:\n\n[0-9A-Za-z]+\n/);
  });
});

test('a file with a key is readable only by its owner', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'key-'));
  const line = `${process.execPath} ${script} create --organization ${runtime.outputs.organizationId} --local --data ${runtime.dataDir} > first.key`;
  await promisify(execFile)('sh', ['-c', `umask 022; ${line}`], { cwd: folder });
  expect(statSync(join(folder, 'first.key')).mode & 0o777).toBe(0o600);
  rmSync(folder, { recursive: true });
});

test('help shows exit codes and examples, and the version is the project’s', async () => {
  const help = await run(['--help']);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  for (const code of Object.values(exitCodes)) expect(help.stdout).toMatch(new RegExp(`^  ${code}  `, 'm'));
  expect(await run(['help'])).toMatchObject({ code: 0 });
  expect(await run(['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n' });
});

test.each([
  ['a proxy’s error page', 502, '<html>Bad Gateway</html>', /answered 502 with a body that the API does not send/],
  [
    'a web page instead of an answer',
    200,
    '<html>Welcome</html>',
    /answered 200 with a body that the API does not send/,
  ],
])('%s is reported with status and host', async (_what, status, body, message) => {
  const proxy = createServer((_request, response) => response.writeHead(status).end(body)).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const credentials = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_REGION: 'us-east-1' };
  const ran = await run(['list', '--organization', 'org_1', '--url', `http://${host}/v1`], credentials);
  proxy.close();
  expect(ran).toMatchObject({ code: 7, stdout: '', stderr: expect.stringMatching(message) });
  expect(ran.stderr).toContain(host);
});

test('a URL that would send new keys unencrypted is refused', async () => {
  const ran = await run(['list', '--organization', 'org_1', '--url', 'http://api.example.com/v1']);
  expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('http:// is for localhost only') });
});
