import { afterAll, expect, test } from 'vitest';
import { clientOf, sdkOf } from '../support/client.ts';
import { newDataDir, type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';

const dataDir = newDataDir();
let runtime: RuntimeProcess;
afterAll(() => runtime.stop());

const { call, fault } = clientOf(() => runtime.outputs);
const revoke = async (body: object) => (await call(runtime.outputs.adminKey, 'POST', '/keys/revoke', body)).json;

test('a dry run counts 60 keys, and a revocation that is killed at any point and retried leaves none', {
  timeout: 300_000,
}, async () => {
  runtime = await startRuntimeProcess({ dataDir });
  const { scalekit, organizationId, otherOrganizationId } = runtime.outputs;
  const sdk = sdkOf(scalekit);
  await Promise.all(Array.from({ length: 60 }, () => sdk.token.createToken(organizationId)));
  const neighbour = await sdk.token.createToken(otherOrganizationId);
  expect(await revoke({ all: true, dryRun: true })).toEqual({ matched: 60, revoked: 0, failed: [], remaining: 60 });

  // Eight keys are revoked at a time. If the first of eight is killed, all earlier keys are revoked.
  for (const [kind, skip] of [
    ['kill_before', 0],
    ['kill_after', 16],
    ['kill_before', 32],
  ]) {
    await fault({ kind, skip, on: ['InvalidateToken'], times: 1 });
    await expect(revoke({ all: true })).rejects.toThrow();
    runtime = await startRuntimeProcess({ dataDir });
  }
  const last = await revoke({ all: true });
  expect(last).toMatchObject({ failed: [], remaining: 0 });
  expect(last.matched).toBeLessThanOrEqual(60 - 16 - 32);
  expect(await revoke({ all: true, dryRun: true })).toMatchObject({ matched: 0 });
  await expect(sdkOf(runtime.outputs.scalekit).token.validateToken(neighbour.token)).resolves.toBeDefined();
});
