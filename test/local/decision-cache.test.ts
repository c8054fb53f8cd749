import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { cachedKeysOf } from '../support/cached-keys.ts';
import { clientOf, sdkOf } from '../support/client.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';
import { callAsOperator } from '../support/signed-request.ts';

// The decision cache over HTTP, on the deployed bundles. It saves calls, every end and change takes effect at once, and
// failures of its table neither accept an ended key nor refuse a good one.

let runtime: RuntimeProcess;
beforeAll(async () => {
  runtime = await startRuntimeProcess({ assembly: process.env['TEST_CACHED_ASSEMBLY'] ?? '' });
});
afterAll(() => runtime.stop());

const client = clientOf(() => runtime.outputs);
const { call, newKey, control, fault } = client;
const { cachedKey, validations } = cachedKeysOf(client);
const status = async (key: string, path = '/whoami') => (await call(key, 'GET', path)).status;
const asAdmin = (method: string, path: string, body?: unknown) => call(runtime.outputs.adminKey, method, path, body);
const tableFault = (body: object) => control('PUT', '/dynamodb/fault', body);

afterEach(async () => {
  await tableFault({ kind: 'gone', times: 0 });
  await tableFault({ kind: 'lag', ms: 0 });
  await control('DELETE', '/scalekit/fault');
});

test('a decision is reused for data routes, but never for key routes', async () => {
  const { key } = await cachedKey({ scope: 'keys:read' });
  const before = await validations();
  for (const _ of [1, 2, 3]) expect(await status(key)).toBe(200);
  expect(await validations()).toBe(before);
  for (const _ of [1, 2, 3]) expect(await status(key, '/keys')).toBe(200);
  expect(await validations()).toBeGreaterThanOrEqual(before + 3);
});

test('a suspended key is refused by the next request, by the cache too, and works again once it is resumed', async () => {
  const { key, keyId } = await cachedKey({ scope: 'keys:write' });
  const patch = (body: object) => callAsOperator(runtime.outputs, 'PATCH', `/keys/${keyId}`, body);
  expect((await asAdmin('PATCH', `/keys/${keyId}`, { suspended: true })).json).toMatchObject({ suspended: true });
  for (const [method, path] of [
    ['GET', '/whoami'],
    ['GET', '/whoami'],
    ['POST', '/keys'],
  ] as const) {
    const refused = await call(key, method, path, method === 'POST' ? {} : undefined);
    expect(refused).toMatchObject({ status: 401, json: { code: 'key_suspended' } });
    expect(refused.headers['www-authenticate']).toBe('Bearer realm="api"');
  }
  expect((await asAdmin('PATCH', `/keys/${keyId}`, { suspended: false })).json).toMatchObject({
    code: 'beyond_authority',
  });
  expect((await patch({ suspended: false })).status).toBe(200);
  expect(await status(key)).toBe(200);
  const shown = await asAdmin('GET', `/keys/${keyId}`);
  expect(shown.json).not.toHaveProperty('suspended');
  expect(shown.json.customClaims).toMatchObject({ suspended: 'false' });
});

test('a key that changes itself all the time cannot undo its suspension', async () => {
  const { key, keyId } = await cachedKey({ scope: 'keys:write notes:read' });
  let isOver = false;
  const changing = Array.from({ length: 4 }, async () => {
    while (!isOver) await call(key, 'PATCH', `/keys/${keyId}`, { scope: 'keys:write notes:read' });
  });
  try {
    const suspend = async () => (await asAdmin('PATCH', `/keys/${keyId}`, { suspended: true })).status;
    await expect.poll(suspend, { timeout: 10_000 }).toBe(200);
    // A change that was under way undoes the suspension for a moment, and makes it again.
    const refusal = async () => (await call(key, 'GET', '/whoami')).json;
    await expect.poll(refusal, { timeout: 10_000 }).toMatchObject({ code: 'key_suspended' });
  } finally {
    isOver = true;
    await Promise.all(changing);
  }
  expect((await call(key, 'GET', '/whoami')).json).toMatchObject({ code: 'key_suspended' });
});

describe('a key is refused by the next request', () => {
  test('after DELETE', async () => {
    const { key, keyId } = await cachedKey();
    expect((await asAdmin('DELETE', `/keys/${keyId}`)).status).toBe(204);
    expect(await status(key)).toBe(401);
  });

  test('after POST /revoke', async () => {
    const { key } = await cachedKey();
    const form = new URLSearchParams({ token: key });
    expect((await fetch(`${runtime.outputs.apiUrl}/revoke`, { method: 'POST', body: form })).status).toBe(200);
    expect(await status(key)).toBe(401);
  });

  test('after a bulk revocation, even if reads of the table lag', async () => {
    const { key } = await cachedKey({ customClaims: { batch: 'one' } });
    await tableFault({ kind: 'lag', ms: 60_000 });
    const answer = await asAdmin('POST', '/keys/revoke', { customClaims: { batch: 'one' } });
    expect(answer.json).toMatchObject({ revoked: 1, failed: [], remaining: 0 });
    expect(await status(key)).toBe(401);
  });

  test('after a rotation, and the new key works', async () => {
    const { key, keyId } = await cachedKey();
    const rotated = await asAdmin('POST', `/keys/${keyId}/rotate`, {});
    expect(rotated.status).toBe(201);
    expect([await status(key), await status(rotated.json.key)]).toEqual([401, 200]);
  });
});

test('the last use of a key is shown as the hour of its last validation', async () => {
  const { key, keyId } = await newKey();
  const shown = async () => (await asAdmin('GET', `/keys/${keyId}`)).json;
  expect(await shown()).not.toHaveProperty('lastUsedAt');
  expect(await status(key)).toBe(200);
  await expect.poll(shown).toHaveProperty('lastUsedAt', expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:00:00\.000Z$/));
  const listed = (await asAdmin('GET', '/keys?pageSize=30')).json;
  expect(listed.keys).toContainEqual(expect.objectContaining({ keyId, lastUsedAt: expect.any(String) }));
  expect(Date.parse(listed.usageRecordedSince)).toBeLessThanOrEqual(Date.now());
  expect(Date.parse(listed.usageRecordedUntil)).toBeLessThanOrEqual(Date.now());
});

test('a list is answered without uses while the table cannot be read', async () => {
  await tableFault({ kind: 'gone', times: 1_000 });
  const listed = await asAdmin('GET', '/keys');
  expect(listed.status).toBe(200);
  expect(JSON.stringify(listed.json)).not.toMatch(/lastUsedAt|usageRecorded/);
});

describe('a key that was ended in Scalekit’s dashboard', () => {
  const forget = (keyId: string) => callAsOperator(runtime.outputs, 'POST', `/keys/${keyId}/forget`);

  test('is refused once an operator has made the cache forget it, also after a second time', async () => {
    const { key, keyId } = await cachedKey();
    await sdkOf(runtime.outputs.scalekit).token.invalidateToken(keyId);
    expect(await status(key)).toBe(200); // by the cached decision
    expect((await forget(keyId)).status).toBe(204);
    expect(await status(key)).toBe(401);
    expect((await forget(keyId)).status).toBe(204);
  });

  test('is reported if it cannot be forgotten', async () => {
    const { keyId } = await cachedKey();
    await tableFault({ kind: 'gone', times: 1_000, operation: 'PutItem' });
    expect((await forget(keyId)).json).toMatchObject({ code: 'cache_not_flushed', status: 503 });
  });

  test('can be forgotten only on the operators’ API and only by a key id', async () => {
    expect((await asAdmin('POST', '/keys/apit_1/forget')).status).toBe(404);
    expect((await forget('x')).json).toMatchObject({ code: 'invalid_request', errors: [{ path: 'keyId' }] });
  });
});

test('a PATCH takes effect on the next request', async () => {
  const { key, keyId } = await cachedKey();
  expect((await asAdmin('PATCH', `/keys/${keyId}`, { customClaims: { allowed_ips: '192.0.2.0/24' } })).status).toBe(
    200,
  );
  expect((await call(key, 'GET', '/whoami')).json).toMatchObject({ code: 'address_not_allowed' });
});

test('a decision that started before a revocation is not used after it', async () => {
  const { key, keyId } = await newKey();
  // The authorizer asks, Scalekit accepts the key, and its answer is delayed until the key is revoked.
  await fault({ kind: 'slow', on: ['ValidateToken'], times: 1, delayMs: 600 });
  const slow = status(key);
  await expect.poll(validations, { interval: 20 }).toBeGreaterThan(0);
  const revoked = asAdmin('DELETE', `/keys/${keyId}`);
  expect(await slow).toBe(200);
  expect((await revoked).status).toBe(204);
  expect(await status(key)).toBe(401);
});

describe('a mark that cannot be written', () => {
  const noMarks = () => tableFault({ kind: 'gone', times: 1_000, operation: 'PutItem' });

  test('is reported by a revocation, which has revoked the key, and is written by a retry', async () => {
    const { key, keyId } = await cachedKey();
    await noMarks();
    const failed = await asAdmin('DELETE', `/keys/${keyId}`);
    expect(failed.json).toMatchObject({ code: 'cache_not_flushed', status: 503 });
    expect(await status(key, '/keys')).toBe(401);
    await tableFault({ kind: 'gone', times: 0 });
    expect((await asAdmin('DELETE', `/keys/${keyId}`)).status).toBe(204);
    expect(await status(key)).toBe(401);
  });

  test('stops a change of a key that stays active', async () => {
    const { keyId } = await cachedKey();
    await noMarks();
    const failed = await asAdmin('PATCH', `/keys/${keyId}`, { description: 'not sent' });
    expect(failed.json).toMatchObject({ code: 'cache_not_flushed' });
    expect((await asAdmin('GET', `/keys/${keyId}`)).json).not.toHaveProperty('description');
  });

  test('is reported by POST /revoke, and is written by a retry although Scalekit no longer knows the key', async () => {
    const { key } = await cachedKey();
    const revoke = () =>
      fetch(`${runtime.outputs.apiUrl}/revoke`, { method: 'POST', body: new URLSearchParams({ token: key }) });
    await noMarks();
    expect((await revoke()).status).toBe(503);
    await tableFault({ kind: 'gone', times: 0 });
    expect((await revoke()).status).toBe(200);
    expect(await status(key)).toBe(401);
  });

  test('is reported by a rotation, which still returns the new key', async () => {
    const { key, keyId } = await cachedKey();
    await noMarks();
    const rotated = await asAdmin('POST', `/keys/${keyId}/rotate`, {});
    expect(rotated.json).toMatchObject({ key: expect.any(String), previous: { keyId, code: 'cache_not_flushed' } });
    await tableFault({ kind: 'gone', times: 0 });
    expect((await asAdmin('DELETE', `/keys/${keyId}`)).status).toBe(204);
    expect(await status(key)).toBe(401);
  });

  test('is reported for its key in the answer to a bulk revocation', async () => {
    const { keyId } = await cachedKey({ customClaims: { batch: 'two' } });
    await noMarks();
    const answer = await asAdmin('POST', '/keys/revoke', { customClaims: { batch: 'two' } });
    expect(answer.json).toMatchObject({ revoked: 0, failed: [{ keyId, code: 'cache_not_flushed' }] });
  });
});

describe('a failing table', () => {
  test.each([
    ['throttled', { kind: 'throttled', times: 1_000 }],
    ['gone', { kind: 'gone', times: 1_000 }],
    ['slow', { kind: 'slow', ms: 1_000, times: 1_000 }],
  ])('%s: Scalekit decides, so that good keys are accepted and ended keys are refused', async (_what, broken) => {
    const { key } = await cachedKey();
    const ended = await newKey();
    await sdkOf(runtime.outputs.scalekit).token.invalidateToken(ended.keyId);
    await tableFault(broken);
    for (const _ of [1, 2, 3, 4]) expect(await status(key)).toBe(200);
    expect(await status(ended.key)).toBe(401);
  });
});

describe('in an outage of Scalekit', () => {
  test('a known key still works, and its revocation takes effect', async () => {
    const { key, keyId } = await cachedKey();
    await fault({ kind: 'unavailable', on: ['ValidateToken'], times: 10_000 });
    expect(await status(key)).toBe(200);
    await control('DELETE', '/scalekit/fault');
    expect((await asAdmin('DELETE', `/keys/${keyId}`)).status).toBe(204);
    await fault({ kind: 'unavailable', on: ['ValidateToken'], times: 10_000 });
    expect([401, 503]).toContain(await status(key));
  });
});
