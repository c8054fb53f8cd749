import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Credentials } from '../../local/iam/iam.ts';
import { bearer, clientOf, exchange, type NewKey, sdkOf } from '../support/client.ts';
import { expectProblem } from '../support/problem.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';
import { sendSigned } from '../support/signed-request.ts';

// The operators' API over HTTP, with real signatures and the template's policies.

let runtime: RuntimeProcess;
let operator: Credentials;
beforeAll(async () => {
  runtime = await startRuntimeProcess();
  operator = await newUser('OperatorPolicyArn');
});
afterAll(() => runtime.stop());

const { call: withKey, isGood, control, fault } = clientOf(() => runtime.outputs);

async function newUser(policyOutput: string, tags: Record<string, string> = {}): Promise<Credentials> {
  return await control('POST', '/iam/users', { name: 'operator', policyOutput, tags });
}

const keysUrl = (organizationId = runtime.outputs.organizationId) =>
  `${runtime.outputs.operatorUrl}/organizations/${organizationId}/keys`;
const call = (method: string, path = '', body?: unknown, credentials = operator) =>
  sendSigned(credentials, method, keysUrl() + path, body);
const newKey = async (body: unknown = {}): Promise<NewKey> => (await call('POST', '', body)).json;

test('an operator issues a customer’s first key, which makes the other keys', async () => {
  const created = await call('POST', '', {
    description: 'first',
    scope: 'keys:read keys:write keys:users',
    customClaims: { plan: 'pro', env: 'live' },
  });
  expect(created.status).toBe(201);
  expect(created.headers['cache-control']).toBe('no-store');
  const { key, keyId, ...rest } = created.json as { key: string; keyId: string };
  expect(rest).toMatchObject({ customClaims: { plan: 'pro', env: 'live', scope: 'keys:read keys:write keys:users' } });
  expect(rest).toMatchObject({ customClaims: { issued_by: 'operator' } });
  expect(created.headers['location']).toBe(`${new URL(keysUrl()).pathname}/${keyId}`);
  const second = (await withKey(key, 'POST', '/keys', {})).json;
  expect(second).toMatchObject({ customClaims: { plan: 'pro', env: 'live', issued_by: keyId } });
});

test('an operator lists, reads, changes, rotates and revokes keys that exceed any customer key’s authority', async () => {
  const { userId } = runtime.outputs;
  const { key, keyId } = await newKey({ userId, scope: 'anything at:all', customClaims: { env: 'x', plan: 'free' } });
  const listed = (await call('GET', '?pageSize=30')).json;
  expect(listed.keys.map((shown: { keyId: string }) => shown.keyId)).toContain(keyId);
  expect((await call('GET', `/${keyId}`)).json).toMatchObject({ keyId, userId });
  const changed = await call('PATCH', `/${keyId}`, { customClaims: { plan: 'pro' } });
  expect(changed.json).toMatchObject({ customClaims: { plan: 'pro', scope: 'anything at:all' } });
  const rotated = await call('POST', `/${keyId}/rotate`, {});
  const next = rotated.json as { key: string; keyId: string };
  expect(next).toMatchObject({ userId, customClaims: { plan: 'pro', rotated_from: keyId }, previous: { keyId } });
  expect((await withKey(key, 'GET', '/whoami')).status).toBe(401);
  expect(await isGood(next.key)).toBe(true);
  expect((await call('DELETE', `/${next.keyId}`)).status).toBe(204);
  expect((await withKey(next.key, 'GET', '/whoami')).status).toBe(401);
});

test('the organization of the key must match the path', async () => {
  const { otherOrganizationId, scalekit } = runtime.outputs;
  const { token, tokenId } = await sdkOf(scalekit).token.createToken(otherOrganizationId);
  expectProblem(await call('GET', `/${tokenId}`), 404, 'not_found');
  expectProblem(await call('PATCH', `/${tokenId}`, { description: 'x' }), 404, 'not_found');
  expectProblem(await call('POST', `/${tokenId}/rotate`, { replace: true }), 404, 'not_found');
  expect((await call('DELETE', `/${tokenId}`)).status).toBe(204);
  expect(await isGood(token)).toBe(true);
  const other = await sendSigned(operator, 'GET', `${keysUrl(otherOrganizationId)}/${tokenId}`);
  expect(other.status).toBe(200);
});

test('a policy for one organization allows no other', async () => {
  const { organizationId, otherOrganizationId } = runtime.outputs;
  const narrowed = await newUser('OrganizationOperatorPolicyArn', { organizationId });
  expect((await sendSigned(narrowed, 'GET', keysUrl())).status).toBe(200);
  expectProblem(await sendSigned(narrowed, 'GET', keysUrl(otherOrganizationId)), 403, 'access_denied');
  expectProblem(
    await sendSigned(await newUser('OrganizationOperatorPolicyArn'), 'GET', keysUrl()),
    403,
    'access_denied',
  );
});

test('a key of an operator can lose its scope and all its claims', async () => {
  const { keyId } = await newKey({ scope: 'keys:read', customClaims: { env: 'x' } });
  const cleared = await call('PATCH', `/${keyId}`, { scope: '', customClaims: {} });
  expect(cleared.status).toBe(200);
  expect(cleared.json).toMatchObject({ customClaims: { issued_by: 'operator' } });
});

describe('a replacement that cannot be scheduled', () => {
  const schedulerFault = (kind: string, times: number) => control('PUT', '/scheduler/fault', { kind, times });

  test.each([
    ['refuse', 1],
    ['fail', 3],
  ])('(%s) changes neither of the keys nor the end of the overlap', async (kind, times) => {
    const { key, keyId } = await newKey();
    const first = (await call('POST', `/${keyId}/rotate`, { overlapSeconds: 6 })).json;
    await schedulerFault(kind, times);
    const failed = await call('POST', `/${keyId}/rotate`, { overlapSeconds: 3600, replace: true });
    expectProblem(failed, 503, 'upstream_unavailable');
    expect(await isGood(first.key)).toBe(true);
    await expect.poll(async () => (await withKey(key, 'GET', '/whoami')).status, { timeout: 20_000 }).toBe(401);
    expect(await isGood(first.key)).toBe(true);
  });
});

test('an overlap that is moved beyond the key’s own expiry lasts until the expiry', async () => {
  const { key, keyId } = await newKey({ expiresIn: 600 });
  const first = await call('POST', `/${keyId}/rotate`, { overlapSeconds: 5 });
  const firstEnd = (first.json as { previous: { activeUntil: string } }).previous.activeUntil;
  const again = await call('POST', `/${keyId}/rotate`, { overlapSeconds: 3600, replace: true });
  const { previous } = again.json as { previous: { activeUntil: string } };
  expect(Date.parse(previous.activeUntil) - Date.now()).toBeGreaterThan(590_000);
  await vi.waitUntil(() => Date.now() > Date.parse(firstEnd) + 1_500, { timeout: 20_000 });
  expect(await isGood(key)).toBe(true);
});

test('a schedule that is moved while the end of the overlap is retried stays', async () => {
  const atOf = async (name: string) => {
    const { schedules }: { schedules: { name: string; at: string }[] } = await control('GET');
    return schedules.find((schedule) => schedule.name === name)?.at;
  };
  const { key, keyId } = await newKey();
  await call('POST', `/${keyId}/rotate`, { overlapSeconds: 4 });
  await control('PUT', '/sqs/fault', { kind: 'fail', times: 2 }); // so that Lambda retries it, not the work queue
  await fault({ kind: 'permission_denied', on: ['InvalidateToken'], times: 2 });
  const pending = async () => (await control('GET')).scalekit.fault;
  await expect.poll(pending, { timeout: 20_000 }).toBeNull(); // two attempts have failed; the last one follows in two seconds
  const moved = await call('POST', `/${keyId}/rotate`, { overlapSeconds: 3600, replace: true });
  const { previous } = moved.json as { previous: { activeUntil: string } };
  await expect.poll(async () => (await withKey(key, 'GET', '/whoami')).status, { timeout: 20_000 }).toBe(401);
  expect((await withKey(key, 'GET', '/whoami')).status).toBe(401); // and the schedule's work is done
  expect(await atOf(keyId)).toBe(previous.activeUntil);
});

test('unusual query names and invalid signatures are answered', async () => {
  for (const name of ['constructor', 'toString', 'hasOwnProperty', '%C3%A9'])
    expect((await call('GET', `?${name}=1`)).status, name).toBe(400);
  expect((await call('GET', '?__proto__=1')).status).toBe(403); // the signer drops it
});

test('refuses a request that differs from its signature, as AWS does', async () => {
  const { accessKeyId, secretAccessKey } = operator;
  expectProblem(await exchange(keysUrl(), 'GET', ''), 403, 'forbidden');
  expectProblem(await exchange(keysUrl(), 'GET', '', bearer('abc')), 403, 'forbidden');
  expectProblem(await call('GET', '', undefined, { accessKeyId, secretAccessKey: 'wrong' }), 403, 'invalid_signature');
  expectProblem(await call('GET', '', undefined, { accessKeyId: 'AKIANONE', secretAccessKey }), 403, 'forbidden');
  for (const minutes of [-6, 6]) {
    const date = new Date(Date.now() + minutes * 60_000).toISOString().replace(/[-:]|\.\d{3}/g, '');
    const skewed = await sendSigned(operator, 'GET', keysUrl(), undefined, { 'X-Amz-Date': date });
    expectProblem(skewed, 403, 'invalid_signature');
  }
  expectProblem(await sendSigned(operator, 'GET', `${runtime.outputs.operatorUrl}/keys`), 403, 'forbidden');
});

test('a key is not accepted as an operator, and an operator is not accepted as a key', async () => {
  const { adminKey, apiUrl, organizationId } = runtime.outputs;
  expectProblem(await exchange(keysUrl(), 'GET', '', bearer(adminKey)), 403, 'forbidden');
  expectProblem(await sendSigned(operator, 'GET', `${apiUrl}/keys`), 401, 'malformed_credentials');
  expectProblem(await withKey(adminKey, 'GET', `/organizations/${organizationId}/keys`), 404, 'not_found');
});

describe('bad input', () => {
  test.each([
    ['POST', '', { scope: 'a  b' }, 'scope'],
    ['POST', '', { customClaims: { issued_by: 'apit_1' } }, 'customClaims.issued_by'],
    ['POST', '', { customClaims: { rotated_from: 'apit_1' } }, 'customClaims.rotated_from'],
    ['POST', '', { userId: 'usr_1' }, 'userId'],
    ['GET', '?pageSize=31', undefined, 'pageSize'],
    ['GET', '/apit-1', undefined, 'keyId'],
    ['PATCH', '/apit_1', {}, ''],
    ['PATCH', '/apit_1', { expiresIn: 1 }, 'expiresIn'],
    ['DELETE', '/x', undefined, 'keyId'],
    ['POST', '/apit_1/rotate', { overlapSeconds: 2_592_001 }, 'overlapSeconds'],
    ['POST', '/apit_1/rotate', { overlapSeconds: -1 }, 'overlapSeconds'],
    ['POST', '/apit_1/rotate', { overlapSeconds: 1.5 }, 'overlapSeconds'],
    ['POST', '/apit_1/rotate', { replace: 'yes' }, 'replace'],
    ['POST', '/apit_1/rotate', { expiresIn: 1, expiresAt: '2090-01-01T00:00:00Z' }, 'expiresIn'],
    ['POST', '/apit_1/rotate', { expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
    ['POST', '/apit_1/rotate', { scope: 'a' }, 'scope'],
    ['POST', '/apit-1/rotate', {}, 'keyId'],
  ])('%s %s %o names the field', async (method, path, body, field) => {
    const answer = await call(method, path, body);
    const problem = answer.json as { errors: { path: string }[] };
    expect(problem).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(problem.errors.map((error) => error.path)).toContain(field);
  });

  test.each(['org-1', 'ORG_1', 'org_', 'org_1%2F..%2Forg_2', '*'])('the organization id %s is refused', async (id) => {
    const answer = await sendSigned(operator, 'GET', keysUrl(id));
    expect([400, 403]).toContain(answer.status);
  });

  test('a key for an organization that does not exist is a 400', async () => {
    const answer = await sendSigned(operator, 'POST', keysUrl('org_1'), {});
    const problem = answer.json as { errors: { path: string }[] };
    expect(problem).toMatchObject({ status: 400, errors: [{ path: 'organizationId' }] });
  });
});

test('requests that curl signs are accepted', async () => {
  const { accessKeyId, secretAccessKey } = operator;
  const args = ['-s', '--aws-sigv4', 'aws:amz:us-east-1:execute-api', '--user', `${accessKeyId}:${secretAccessKey}`];
  const curl = (...more: string[]) => promisify(execFile)('curl', [...args, ...more]);
  const created = JSON.parse(
    (await curl(keysUrl(), '-H', 'Content-Type: application/json', '-d', '{"description":"curl"}')).stdout,
  );
  expect(created).toMatchObject({ description: 'curl' });
  expect(JSON.parse((await curl(`${keysUrl()}/${created.keyId}`)).stdout)).toMatchObject({ keyId: created.keyId });
});

test('no call of a function was denied in these tests', async () => {
  const { iam }: { iam: { denied: string[] } } = await control('GET');
  expect(iam.denied.filter((line) => !line.includes('user/operator'))).toEqual([]);
});
