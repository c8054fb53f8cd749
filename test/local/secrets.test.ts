import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ParameterStore } from '../../local/aws/ssm.ts';
import type { JsonServer } from '../../local/http/http-json.ts';
import { awsEnvironment, credentials, serveParameters } from '../support/parameter-server.ts';

const script = fileURLToPath(new URL('../../infra/commands/secrets.ts', import.meta.url));
const values = {
  SCALEKIT_ENVIRONMENT_URL: 'https://acme.scalekit.com',
  SCALEKIT_CLIENT_ID: 'skc_1',
  SCALEKIT_CLIENT_SECRET: 'a secret',
};

const parameters = new ParameterStore();
let server: JsonServer;
beforeAll(async () => {
  server = await serveParameters(parameters);
});
afterAll(() => server.close());

const storeSecrets = (args: string[], env: NodeJS.Dict<string>) =>
  promisify(execFile)(process.execPath, [script, ...args], {
    env: { ...process.env, ...awsEnvironment(server), ...env },
  });

test('npm run secrets stores three SecureStrings where the stage’s functions read them, at every run', async () => {
  for (const clientSecret of ['an older secret', values.SCALEKIT_CLIENT_SECRET]) {
    const { stdout, stderr } = await storeSecrets(['--stage', 'prod'], {
      ...values,
      SCALEKIT_CLIENT_SECRET: clientSecret,
    });
    expect(stdout).toBe(
      'stored /scalekit/prod/environment-url\nstored /scalekit/prod/client-id\nstored /scalekit/prod/client-secret\n',
    );
    expect(stdout + stderr).not.toContain(clientSecret);
  }
  const ssm = new SSMClient({ endpoint: server.url, region: 'us-east-1', credentials });
  const Names = ['environment-url', 'client-id', 'client-secret', 'other'].map((name) => `/scalekit/prod/${name}`);
  const { Parameters, InvalidParameters } = await ssm.send(new GetParametersCommand({ Names, WithDecryption: true }));
  expect(Parameters?.map(({ Type, Value }) => [Type, Value])).toEqual(
    Object.values(values).map((value) => ['SecureString', value]),
  );
  expect(InvalidParameters).toEqual(['/scalekit/prod/other']);
});

test('the webhook secret is stored with them, if there is one', async () => {
  const { stdout } = await storeSecrets(['--stage', 'prod'], { ...values, SCALEKIT_WEBHOOK_SECRET: 'whsec_x' });
  expect(stdout).toContain('stored /scalekit/prod/webhook-secret\n');
});

test('they are encrypted with the deployment’s KMS key, if it has one', async () => {
  await storeSecrets(['--stage', 'keyed', '--key', 'alias/api-keys-keyed'], values);
  for (const name of ['environment-url', 'client-id', 'client-secret'])
    expect(parameters.keyIdOf(`/scalekit/keyed/${name}`)).toBe('alias/api-keys-keyed');
});

test('the validated values are stored: without surrounding white space, and the URL in its normal form', async () => {
  await storeSecrets(['--stage', 'trimmed'], {
    SCALEKIT_ENVIRONMENT_URL: ' https://ACME.scalekit.com/ ',
    SCALEKIT_CLIENT_ID: 'skc_1\r',
    SCALEKIT_CLIENT_SECRET: 'a secret\n',
  });
  const ssm = new SSMClient({ endpoint: server.url, region: 'us-east-1', credentials });
  const Names = ['environment-url', 'client-id', 'client-secret'].map((name) => `/scalekit/trimmed/${name}`);
  const { Parameters } = await ssm.send(new GetParametersCommand({ Names, WithDecryption: true }));
  expect(Parameters?.map(({ Value }) => Value)).toEqual(Object.values(values));
});

test.each([
  [
    'a value that is not a URL',
    [],
    { ...values, SCALEKIT_ENVIRONMENT_URL: 'acme' },
    'SCALEKIT_ENVIRONMENT_URL is "acme"',
  ],
  [
    'a URL that would send the secret unencrypted',
    [],
    { ...values, SCALEKIT_ENVIRONMENT_URL: 'http://acme.scalekit.com' },
    'http:// is for localhost only',
  ],
  [
    'a secret with a line break inside',
    [],
    { ...values, SCALEKIT_CLIENT_SECRET: 'one\ntwo' },
    'SCALEKIT_CLIENT_SECRET contains a character other than printable ASCII',
  ],
  [
    'a secret of white space',
    [],
    { ...values, SCALEKIT_CLIENT_SECRET: ' \n' },
    'SCALEKIT_CLIENT_SECRET must not be empty',
  ],
  [
    'a webhook secret outside ASCII',
    [],
    { ...values, SCALEKIT_WEBHOOK_SECRET: 'whsec_é' },
    'SCALEKIT_WEBHOOK_SECRET contains a character',
  ],
  ['a stage that is not allowed', ['--stage', 'Prod'], values, 'stage="Prod" is not allowed'],
])('%s stores nothing', async (_what, args, env, message) => {
  await expect(storeSecrets(args, env)).rejects.toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining(message),
  });
});

test('without AWS credentials no value is asked for, and the message states the next step', async () => {
  const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_PROFILE: 'none-such' };
  await expect(storeSecrets(['--stage', 'prod'], { ...values, ...none })).rejects.toMatchObject({
    code: 6,
    stdout: '',
    stderr: expect.stringMatching(/Cannot store secrets: .*aws sso login/),
  });
});

test('a client that Scalekit refuses is stored only on request', async () => {
  const scalekit = createServer((_request, response) => response.writeHead(401).end('{}')).listen(0, '127.0.0.1');
  await once(scalekit, 'listening');
  const url = `http://127.0.0.1:${(scalekit.address() as AddressInfo).port}`;
  const refused = { ...values, SCALEKIT_ENVIRONMENT_URL: url };
  await expect(storeSecrets(['--stage', 'refused'], refused)).rejects.toMatchObject({
    code: 5,
    stdout: '',
    stderr: expect.stringMatching(
      /below \/scalekit\/refused, in region us-east-1[\s\S]*does not accept the client id and secret \(401\)/,
    ),
  });
  const { stdout } = await storeSecrets(['--stage', 'refused', '--no-check'], refused);
  expect(stdout).toContain('stored /scalekit/refused/client-secret');
  scalekit.close();
});

test('if Scalekit does not answer, this is reported and the values are stored', async () => {
  const { stdout, stderr } = await storeSecrets([], {
    ...values,
    STAGE: 'silent',
    SCALEKIT_ENVIRONMENT_URL: 'http://127.0.0.1:4',
  });
  expect(stderr).toMatch(/warning: http:\/\/127\.0\.0\.1:4 does not answer \(.*ECONNREFUSED.*\)/);
  expect(stdout).toContain('stored /scalekit/silent/client-id');
});
