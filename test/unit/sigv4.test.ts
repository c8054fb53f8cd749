import { createHash } from 'node:crypto';
import aws4 from 'aws4';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Credentials } from '../../local/iam/iam.ts';
import { administratorAccess, Iam } from '../../local/iam/iam.ts';
import { type SignedRequest, verifySignature } from '../../local/iam/sigv4.ts';

const iam = new Iam([]);
const user = iam.createUser('user', [administratorAccess]);
const now = Date.UTC(2030, 0, 31, 12);
const verify = (request: SignedRequest, service = 'execute-api', at = now) =>
  verifySignature(request, service, (accessKeyId) => iam.identityOf(accessKeyId), at);

/** Signs with another library than our verifier. */
function sign(options: { path?: string; body?: string; headers?: Record<string, string>; credentials?: Credentials }) {
  const { path = '/v1/keys?userId=a&pageSize=2', body = '', headers = {}, credentials = user.credentials } = options;
  const signed = aws4.sign(
    {
      service: 'execute-api',
      region: 'us-east-1',
      host: '127.0.0.1:3000',
      method: 'POST',
      path,
      body,
      headers: { 'X-Amz-Date': '20300131T120000Z', 'Content-Type': 'application/json', ...headers },
    },
    credentials,
  );
  const [pathname = '', query = ''] = path.split('?');
  const fields = Object.entries(signed.headers as Record<string, string>);
  return { method: 'POST', path: pathname, query, headers: fields, body: Buffer.from(body) };
}

test('accepts every request that aws4 signs', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), async (text, value) => {
      const path = `/v1/organizations/org_1/keys?b=${encodeURIComponent(value)}&a=${encodeURIComponent(text)}`;
      expect(await verify(sign({ path, body: text }))).toBe(user);
    }),
  );
});

test.each<[string, (request: SignedRequest) => SignedRequest]>([
  ['another method', (request) => ({ ...request, method: 'DELETE' })],
  ['another path', (request) => ({ ...request, path: '/v1/keys/' })],
  ['another query', (request) => ({ ...request, query: 'userId=b&pageSize=2' })],
  ['one parameter more', (request) => ({ ...request, query: `${request.query}&x=` })],
  ['another body', (request) => ({ ...request, body: Buffer.from('{}') })],
  [
    'another body under its true hash',
    (request) =>
      withHeader(
        { ...request, body: Buffer.from('{}') },
        'x-amz-content-sha256',
        createHash('sha256').update('{}').digest('hex'),
      ),
  ],
  ['another value of a signed header', (request) => withHeader(request, 'host', 'other')],
  [
    'a second value of a signed header',
    (request) => ({ ...request, headers: [...request.headers, ['content-type', 'x']] }),
  ],
  [
    'without a signed header',
    (request) => ({ ...request, headers: request.headers.filter(([name]) => name.toLowerCase() !== 'content-type') }),
  ],
])('refuses %s than was signed', async (_what, change) => {
  const request = sign({ body: '{"a":1}' });
  expect(await verify(request)).toBe(user);
  expect(await verify(change(request))).toMatchObject({ error: 'InvalidSignature' });
});

test('refuses a signed hash that is not the body’s hash', async () => {
  const declared = createHash('sha256').update('{}').digest('hex');
  const request = sign({ body: '{}', headers: { 'X-Amz-Content-Sha256': declared } });
  expect(await verify(request)).toBe(user);
  expect(await verify({ ...request, body: Buffer.from('{"a":1}') })).toMatchObject({ error: 'InvalidSignature' });
});

test.each([
  [-301, /expired/],
  [301, /not yet current/],
])('refuses a clock that is %i s off', async (seconds, message) => {
  const request = sign({});
  expect(await verify(request, 'execute-api', now - seconds * 1000)).toMatchObject({
    error: 'InvalidSignature',
    message: expect.stringMatching(message),
  });
  expect(await verify(request, 'execute-api', now - Math.sign(seconds) * 299_000)).toBe(user);
});

test('refuses a wrong secret, an unknown key, another service, and a malformed signature', async () => {
  const { accessKeyId } = user.credentials;
  expect(await verify(sign({ credentials: { accessKeyId, secretAccessKey: 'wrong' } }))).toMatchObject({
    error: 'InvalidSignature',
  });
  expect(await verify(sign({ credentials: { accessKeyId: 'AKIAX', secretAccessKey: 'x' } }))).toMatchObject({
    error: 'UnrecognizedClient',
  });
  expect(await verify(sign({}), 'ssm')).toMatchObject({ error: 'InvalidSignature' });
  const withAuthorization = (value: string) => withHeader(sign({}), 'authorization', value);
  const { Authorization: good = '' } = Object.fromEntries(sign({}).headers);
  const odd = [good.replace(/Signature=./, 'Signature=\u00e9'), good.replace(/\/\d{8}\//, '/2/')];
  for (const value of [
    ...odd,
    '',
    'Bearer abc',
    'AWS4-HMAC-SHA256 Credential=a',
    'AWS4-HMAC-SHA256 Signature=',
    ',,,=',
  ])
    expect(await verify(withAuthorization(value)), value).toMatchObject({ error: 'IncompleteSignature' });
  const { headers, ...request } = sign({});
  const unsigned = headers.filter(([name]) => name.toLowerCase() !== 'authorization');
  expect(await verify({ ...request, headers: unsigned })).toMatchObject({ error: 'MissingAuthenticationToken' });
  const twice = [...headers, ...headers.filter(([name]) => name.toLowerCase() === 'authorization')];
  expect(await verify({ ...request, headers: twice })).toMatchObject({ error: 'IncompleteSignature' });
});

const role = {
  name: 'r',
  arn: 'arn:aws:iam::123456789012:role/r',
  trustPolicy: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow' as const, Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  },
  policies: [],
};
const service = (name: string) => ({ service: name, sourceArn: 'arn:aws:lambda:us-east-1:123456789012:function:f' });

test('a role session is valid only with its session token', async () => {
  const roles = new Iam([role]);
  expect(await roles.assumeRole(role.arn, 'f', service('scheduler.amazonaws.com'))).toBeUndefined();
  const session = await roles.assumeRole(role.arn, 'f', service('lambda.amazonaws.com'));
  if (!session) throw new Error('not assumed');
  const check = (request: SignedRequest) => verifySignature(request, 'execute-api', (id) => roles.identityOf(id), now);
  const { accessKeyId, secretAccessKey } = session.credentials;
  expect(await check(sign({ credentials: session.credentials }))).toBe(session);
  expect(await check(sign({ credentials: { accessKeyId, secretAccessKey } }))).toMatchObject({
    error: 'UnrecognizedClient',
  });
});

test('a service that assumes a role again gets the same session, and another session has other credentials', async () => {
  const roles = new Iam([role]);
  const session = await roles.assumeRole(role.arn, 'f', service('lambda.amazonaws.com'));
  expect(await roles.assumeRole(role.arn, 'f', service('lambda.amazonaws.com'))).toBe(session);
  const other = await roles.assumeRole(role.arn, 'g', service('lambda.amazonaws.com'));
  expect(other?.credentials.accessKeyId).not.toBe(session?.credentials.accessKeyId);
});

function withHeader(request: SignedRequest, name: string, value: string): SignedRequest {
  const others = request.headers.filter(([field]) => field.toLowerCase() !== name);
  return { ...request, headers: [...others, [name, value]] };
}
