import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientOf, sdkOf } from '../support/client.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';

// With a TTL for data routes, over HTTP: what is cached, and that a revocation ends it all the same.

let runtime: RuntimeProcess;
beforeAll(async () => {
  runtime = await startRuntimeProcess({ assembly: process.env['TEST_CACHED_ASSEMBLY'] ?? '' });
});
afterAll(() => runtime.stop());

const { call, newKey, control, fault } = clientOf(() => runtime.outputs);
const status = async (key: string, path = '/whoami') => (await call(key, 'GET', path)).status;
const seen = async () => {
  const { functions, apiGateway } = (await control('GET')) as {
    functions: Record<string, { invocations: number; errors: number }>;
    apiGateway: { flushes: number };
  };
  const authorizer = Object.entries(functions).find(([name]) => name.startsWith('Authorizer'))?.[1];
  return { ...authorizer, flushes: apiGateway.flushes };
};

test('a decision serves the data routes again, and never the routes of keys', async () => {
  const { key } = await newKey({ scope: 'keys:read' });
  const before = (await seen()).invocations ?? 0;
  for (const _ of [1, 2, 3]) expect(await status(key)).toBe(200);
  expect((await seen()).invocations).toBe(before + 1);
  for (const _ of [1, 2, 3]) expect(await status(key, '/keys')).toBe(200);
  expect((await seen()).invocations).toBe(before + 4);
});

test('a revocation answers only once no cached decision accepts the key, at the price of one flush', async () => {
  const { key, keyId } = await newKey();
  expect(await status(key)).toBe(200);
  const { flushes } = await seen();
  expect((await call(runtime.outputs.adminKey, 'DELETE', `/keys/${keyId}`)).status).toBe(204);
  expect(await status(key)).toBe(401);
  expect((await seen()).flushes).toBe(flushes + 1);
});

test('a rotation answers only once no cached decision accepts the old key, also one that ends later', async () => {
  const { key, keyId } = await newKey();
  expect(await status(key)).toBe(200);
  const rotated = await call(runtime.outputs.adminKey, 'POST', `/keys/${keyId}/rotate`, {});
  const next = rotated.json;
  expect([await status(key), await status(next.key)]).toEqual([401, 200]);
  const later = await call(runtime.outputs.adminKey, 'POST', `/keys/${next.keyId}/rotate`, { overlapSeconds: 4 });
  expect(later.status).toBe(201);
  expect(await status(next.key)).toBe(200);
  await expect.poll(() => status(next.key), { timeout: 30_000 }).toBe(401);
});

test('a rotation whose flush fails says so, and gives the new key all the same', async () => {
  const { key, keyId } = await newKey();
  expect(await status(key)).toBe(200);
  await control('PUT', '/apigateway/fault', { times: 1 });
  const rotated = await call(runtime.outputs.adminKey, 'POST', `/keys/${keyId}/rotate`, {});
  expect(rotated.json).toMatchObject({ previous: { keyId, code: 'cache_not_flushed' } });
  expect((await call(runtime.outputs.adminKey, 'DELETE', `/keys/${keyId}`)).status).toBe(204);
  expect(await status(key)).toBe(401);
});

test('a decision that was begun before the revocation does not outlive it', async () => {
  const { key, keyId } = await newKey();
  // The authorizer asks, Scalekit says yes, and the answer dawdles while the key is revoked.
  await fault({ kind: 'slow', on: ['ValidateToken'], times: 1, delayMs: 1500 });
  const slow = status(key);
  await delay(100);
  const revoked = call(runtime.outputs.adminKey, 'DELETE', `/keys/${keyId}`);
  expect(await slow).toBe(200);
  expect((await revoked).status).toBe(204);
  expect(await status(key)).toBe(401);
});

test('a revocation whose flush fails says so, has revoked the key, and is done by a repeat', async () => {
  const { key, keyId } = await newKey();
  expect(await status(key)).toBe(200);
  await control('PUT', '/apigateway/fault', { times: 1 });
  const failed = await call(runtime.outputs.adminKey, 'DELETE', `/keys/${keyId}`);
  expect(failed.status).toBe(503);
  expect(failed.headers['retry-after']).toBe('1');
  expect(failed.json).toMatchObject({ code: 'cache_not_flushed', status: 503 });
  expect(await status(key)).toBe(200); // the cached decision: what the 503 warns of
  expect(await status(key, '/keys')).toBe(401);
  expect((await call(runtime.outputs.adminKey, 'DELETE', `/keys/${keyId}`)).status).toBe(204);
  expect(await status(key)).toBe(401);
});

test('a revocation of what is not seen takes its time too, and changes nothing', async () => {
  const { otherOrganizationId, adminKey, scalekit } = runtime.outputs;
  const sdk = sdkOf(scalekit);
  const { token, tokenId } = await sdk.token.createToken(otherOrganizationId);
  const startedAt = Date.now();
  expect((await call(adminKey, 'DELETE', `/keys/${tokenId}`)).status).toBe(204);
  expect(Date.now() - startedAt).toBeGreaterThan(2500);
  expect(await status(token)).toBe(200);
});

test('a cached denial is no error, an outage is, and is not cached', async () => {
  const before = await seen();
  for (const _ of [1, 2]) expect(await status('unknownKey')).toBe(401);
  expect(await seen()).toMatchObject({ invocations: (before.invocations ?? 0) + 1, errors: before.errors });
  const { key } = await newKey();
  await fault({ kind: 'permission_denied', on: ['ValidateToken'], times: 1 });
  expect(await status(key)).toBe(503);
  expect((await seen()).errors).toBe((before.errors ?? 0) + 1);
  expect(await status(key)).toBe(200);
});

test('a decision whose key expires meanwhile is refused by the backend', async () => {
  const { key } = await newKey({ expiresIn: 5 });
  expect(await status(key)).toBe(200);
  await expect.poll(() => status(key), { timeout: 20_000 }).toBe(401);
});
