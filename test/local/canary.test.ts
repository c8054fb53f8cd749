import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientOf } from '../support/client.ts';
import { environmentFor } from '../support/parameter-server.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';

// The canary against a running API. The tests call its function as a schedule does.

const script = fileURLToPath(new URL('../../infra/commands/keys.ts', import.meta.url));
const canary = new URL('../../functions/canary/handler.ts', import.meta.url).href;
const parameter = '/scalekit/dev/canary-key';

let runtime: RuntimeProcess;
beforeAll(async () => {
  runtime = await startRuntimeProcess({});
});
afterAll(() => runtime.stop());

const { call, newKey } = clientOf(() => runtime.outputs);

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const run = (args: readonly string[], env: NodeJS.Dict<string> = {}): Promise<Ended> =>
  promisify(execFile)(process.execPath, args, { env: { ...process.env, ...env } }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: Ended) => ({ code, stdout, stderr }),
  );

const keys = (...args: string[]) =>
  run([script, ...args, '--local', '--data', runtime.dataDir, '--organization', runtime.outputs.organizationId]);

const awsOfRuntime = () => environmentFor({ url: runtime.outputs.aws.endpointUrl }, runtime.outputs.aws);

/** Calls the function once, in its own process. */
function runCanary(apiUrl = runtime.outputs.apiUrl): Promise<Ended> {
  const env = { ...awsOfRuntime(), CANARY_URL: `${apiUrl}/keys?pageSize=1`, CANARY_KEY_PARAMETER: parameter };
  return run(['--input-type=module', '-e', `await (await import('${canary}')).handler()`], env);
}

/** The logged error: stderr starts with it, then comes the stack of the exception. */
const firstLine = ({ stderr }: Ended) => JSON.parse(stderr.split('\n')[0] ?? '');

async function storedKey(): Promise<string> {
  const { endpointUrl, region, ...credentials } = runtime.outputs.aws;
  const ssm = new SSMClient({ endpoint: endpointUrl, region, credentials });
  const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names: [parameter], WithDecryption: true }));
  return Parameters[0]?.Value ?? '';
}

test('without a key it fails and names the command that stores one', async () => {
  const { code, stderr } = await runCanary();
  expect(code).not.toBe(0);
  expect(stderr).toContain('npm run keys -- create --canary');
});

test('its key is stored but never shown, sees only itself, and is used from the next run on', async () => {
  await newKey({ description: 'of a customer' });
  for (const _again of [1, 2]) {
    const created = await keys('create', '--canary');
    const { keyId, storedAt } = JSON.parse(created.stdout);
    expect(storedAt).toBe(parameter);
    const key = await storedKey();
    expect(created.stdout + created.stderr).not.toContain(key);
    const { json } = await call(key, 'GET', '/keys');
    expect(json.keys.map((one: { keyId: string }) => one.keyId)).toContain(keyId);
    for (const { customClaims } of json.keys) expect(customClaims.canary).toBe('dev');

    const answered = await runCanary();
    expect(answered, answered.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(answered.stdout)).toMatchObject({ message: 'canary answered', status: 200 });
    expect(answered.stdout + answered.stderr).not.toContain(key);

    await keys('revoke', keyId);
    const refused = await runCanary();
    expect(refused.code).not.toBe(0);
    expect(firstLine(refused)).toMatchObject({ message: 'canary failed', status: 401, code: 'invalid_token' });
    expect(refused.stdout + refused.stderr).not.toContain(key);
  }
});

test('an API that does not answer is a failure, and the reason is logged', async () => {
  await keys('create', '--canary');
  const failed = await runCanary('http://127.0.0.1:1');
  expect(failed.code).not.toBe(0);
  expect(firstLine(failed)).toMatchObject({ message: 'canary failed', error: 'TypeError' });
});

test.each([
  ['--scope', 'keys:write'],
  ['--user', 'usr_1'],
  ['--claim', 'env=prod'],
])('%s is refused with --canary, so that no customer’s key is stored', async (option, value) => {
  const { code, stderr } = await keys('create', '--canary', option, value);
  expect(code).toBe(2);
  expect(stderr).toContain(option);
});
