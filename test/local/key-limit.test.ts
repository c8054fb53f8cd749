import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientOf } from '../support/client.ts';
import { checkAgainstContract } from '../support/contract-check.ts';
import { expectProblem } from '../support/problem.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';
import { callAsOperator } from '../support/signed-request.ts';

// A deployment with the setting maxKeysPerUser, tested over HTTP.

let runtime: RuntimeProcess;
beforeAll(async () => {
  runtime = await startRuntimeProcess({ context: ['maxKeysPerUser=2'] });
});
afterAll(() => runtime.stop());

const { call } = clientOf(() => runtime.outputs);
const asAdmin = (method: string, path: string, body?: unknown) => call(runtime.outputs.adminKey, method, path, body);

test('a user gets as many keys as the setting allows on both APIs; rotations and organization keys are not limited', async () => {
  const { userId } = runtime.outputs;
  const asOperator = () => callAsOperator(runtime.outputs, 'POST', '/keys', { userId });
  const first = await asAdmin('POST', '/keys', { userId });
  expect(first.status, first.text).toBe(201);
  expect((await asOperator()).status).toBe(201);

  const refused = await asAdmin('POST', '/keys', { userId });
  for (const answer of [refused, await asOperator()]) {
    expectProblem(answer, 409, 'too_many_keys');
    expect(answer.json.detail).toContain('is 2,');
  }
  checkAgainstContract('POST', '/keys', refused);
  expect((await asAdmin('POST', '/keys', {})).status).toBe(201);

  const rotated = await asAdmin('POST', `/keys/${first.json.keyId}/rotate`, {});
  expect(rotated.status, rotated.text).toBe(201);
  expectProblem(await asAdmin('POST', '/keys', { userId }), 409, 'too_many_keys');
  expect((await asAdmin('DELETE', `/keys/${rotated.json.keyId}`)).status).toBe(204);
  expect((await asAdmin('POST', '/keys', { userId })).status).toBe(201);
});
