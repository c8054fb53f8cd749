import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientOf } from '../support/client.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';
import { callAsOperator } from '../support/signed-request.ts';

// What the settings of a deployment say about new keys, over HTTP: at most 365 days, and a vocabulary of scopes.

let runtime: RuntimeProcess;
beforeAll(async () => {
  runtime = await startRuntimeProcess({ assembly: process.env['TEST_LIMITED_ASSEMBLY'] ?? '' });
});
afterAll(() => runtime.stop());

const { call, newKey } = clientOf(() => runtime.outputs);
const day = 86_400;
const daysOf = ({ expiresAt }: { expiresAt: string }) =>
  Math.round((Date.parse(expiresAt) - Date.now()) / (day * 1000));
const tooLong = { status: 400, json: { code: 'invalid_request', errors: [{ path: 'expiresAt' }] } };

test('no key lives longer than the maximum, also one that an operator makes', async () => {
  const { adminKey, outputs } = { ...runtime.outputs, outputs: runtime.outputs };
  const asked = { expiresIn: 400 * day };
  expect(await call(adminKey, 'POST', '/keys', asked)).toMatchObject(tooLong);
  expect(await callAsOperator(outputs, 'POST', '/keys', asked)).toMatchObject(tooLong);
  expect((await call(adminKey, 'POST', '/keys', { expiresIn: 365 * day })).status).toBe(201);
  expect(daysOf((await callAsOperator(outputs, 'POST', '/keys', {})).json)).toBe(365);
});

test('a rotation gives an end to a key that has none, and keeps an earlier one', async () => {
  const { adminKey } = runtime.outputs;
  const rotate = (keyId: string, body: object) => call(adminKey, 'POST', `/keys/${keyId}/rotate`, body);
  const short = (await call(adminKey, 'POST', '/keys', { expiresIn: 10 * day })).json;
  expect(daysOf((await rotate(short.keyId, {})).json)).toBe(10);
  const long = (await call(adminKey, 'POST', '/keys', {})).json;
  expect(await rotate(long.keyId, { expiresIn: 400 * day })).toMatchObject(tooLong);
  expect(daysOf((await rotate(long.keyId, {})).json)).toBe(365);
});

test('an answer to a key that ends soon has its end in a header that pages may read', async () => {
  const { key } = await newKey({ expiresIn: 10 * day });
  const soon = await call(key, 'GET', '/whoami');
  expect(soon.headers['api-key-expires']).toBe(soon.json.expiresAt);
  expect(soon.headers['access-control-expose-headers']).toContain('Api-Key-Expires');
  const later = await call((await newKey({ expiresIn: 20 * day })).key, 'GET', '/whoami');
  expect(later.headers).not.toHaveProperty('api-key-expires');
});

test('an unknown word of scope is refused, and a known one is not', async () => {
  const { adminKey } = runtime.outputs;
  const create = (scope: string) => callAsOperator(runtime.outputs, 'POST', '/keys', { scope });
  const unknown = await create('notes:raed');
  expect(unknown).toMatchObject({ status: 400, json: { code: 'invalid_request', errors: [{ path: 'scope' }] } });
  expect(unknown.json.detail).toContain('use keys:read, keys:write, keys:users, notes:read');
  const { keyId } = (await create('notes:read')).json;
  const update = (scope: string) => callAsOperator(runtime.outputs, 'PATCH', `/keys/${keyId}`, { scope });
  expect((await update('notes:write')).status).toBe(400);
  expect((await update('notes:read keys:read')).status).toBe(200);
  expect((await call(adminKey, 'POST', '/keys', { scope: 'notes:write' })).status).toBe(400);
});
