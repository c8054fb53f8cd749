import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientOf } from '../support/client.ts';
import { newDataDir, type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';
import { newOrganization } from './organization.ts';

// Everything may die during a change of a plan. A restart ends what was begun.

const settings = { assembly: process.env['TEST_PLANS_ASSEMBLY'] ?? '', dataDir: newDataDir() };
let runtime: RuntimeProcess;
beforeAll(async () => {
  runtime = await startRuntimeProcess(settings);
});
afterAll(() => runtime.stop());

const { fault } = clientOf(() => runtime.outputs);

test.each([
  ['during the first change of a key', { kind: 'kill_before', on: ['UpdateToken'] }],
  ['after the third', { kind: 'kill_after', on: ['UpdateToken'], skip: 2 }],
  ['while the keys are searched', { kind: 'kill_before', on: ['ListTokens'] }],
  ['while they are searched again', { kind: 'kill_before', on: ['ListTokens'], skip: 1 }],
])('a change of a plan that is killed %s is done after a restart', async (_when, kill) => {
  const acme = await newOrganization(() => runtime);
  for (let n = 0; n < 5; n++) await acme.newKey();
  await acme.setPlan('pro');
  await fault({ ...kill, times: 1 });
  await expect.poll(() => runtime.endedBy(), { timeout: 20_000 }).toBe('SIGKILL');
  runtime = await startRuntimeProcess(settings);
  await acme.eventually('pro');
  const { keys } = (await acme.asOperator('GET', '/keys?pageSize=30')).json;
  expect(keys).toHaveLength(6);
  for (const one of keys) expect(one.customClaims).toMatchObject({ plan: 'pro' });
  expect((await acme.use()).status).toBe(200);
});
