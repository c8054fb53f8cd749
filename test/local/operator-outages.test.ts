import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { cachedKeysOf } from '../support/cached-keys.ts';
import { clientOf, sdkOf } from '../support/client.ts';
import { expectProblem } from '../support/problem.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';
import { callAsOperator } from '../support/signed-request.ts';

// An operator ends a key while a part of Scalekit hangs, on the deployed bundles, with the decision cache. A request with
// the key shows whether it has ended.

let runtime: RuntimeProcess;
beforeAll(async () => {
  runtime = await startRuntimeProcess({ assembly: process.env['TEST_CACHED_ASSEMBLY'] ?? '' });
});
afterAll(() => runtime.stop());
afterEach(() => control('DELETE', '/scalekit/fault'));

const client = clientOf(() => runtime.outputs);
const { call, control, fault } = client;
const { cachedKey } = cachedKeysOf(client);
const hang = (...on: string[]) => fault({ kind: 'no_answer', on });
const status = async (key: string) => (await call(key, 'GET', '/whoami')).status;
const end = async (keyId: string) => {
  const startedAt = Date.now();
  const answer = await callAsOperator(runtime.outputs, 'DELETE', `/keys/${keyId}`);
  return { answer, ms: Date.now() - startedAt };
};

test('while validations hang, a key of the organization is ended in time', async () => {
  const { key, keyId } = await cachedKey();
  await hang('ValidateToken');
  const { answer, ms } = await end(keyId);
  expect(answer.status, answer.text).toBe(204);
  expect(ms).toBeLessThan(15_000);
  await fault(undefined);
  await expect.poll(() => status(key), { timeout: 20_000 }).toBe(401);
});

test('while validations hang, a key of another organization is not ended', async () => {
  const { otherOrganizationId, scalekit } = runtime.outputs;
  const { token, tokenId } = await sdkOf(scalekit).token.createToken(otherOrganizationId);
  await hang('ValidateToken');
  expectProblem((await end(tokenId)).answer, 503, 'upstream_unavailable');
  await fault(undefined);
  await expect.poll(() => status(token), { timeout: 20_000 }).toBe(200);
});

test.each([[['ValidateToken', 'InvalidateToken']], [['ValidateToken', 'ListTokens']]])(
  'while %j hang, ending a key is a 503, and its mark stays, so that no earlier decision is used',
  async (hanging) => {
    const { key, keyId } = await cachedKey();
    await hang(...hanging);
    expect(await status(key)).toBe(200);
    expectProblem((await end(keyId)).answer, 503, 'upstream_unavailable');
    expect(await status(key)).toBe(503);
  },
);
