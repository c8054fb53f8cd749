import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { clientOf } from '../support/client.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';
import { newOrganization, type PlannedOrganization } from './organization.ts';

// Changes of plans that fail, or meet other changes.

const script = fileURLToPath(new URL('../../infra/commands/keys.ts', import.meta.url));
let runtime: RuntimeProcess;
let acme: PlannedOrganization;

beforeAll(async () => {
  runtime = await startRuntimeProcess({ assembly: process.env['TEST_PLANS_ASSEMBLY'] ?? '' });
});
afterAll(() => runtime.stop());
beforeEach(async () => {
  acme = await newOrganization(() => runtime);
});

const { call, control, fault } = clientOf(() => runtime.outputs);

describe('a change of a plan', () => {
  test.each([
    ['API Gateway', '/apigateway/fault', 'fail'],
    ['API Gateway, after it was done,', '/apigateway/fault', 'no_answer'],
    ['EventBridge Scheduler', '/scheduler/fault', 'fail'],
  ])('that fails at %s is done by a repeat', async (_what, path, kind) => {
    await control('PUT', path, { kind, times: 9 });
    const refused = await acme.setPlan('pro');
    await control('PUT', path, { kind, times: 0 });
    // A call that was done and not answered is repeated within the request.
    if (kind === 'fail') expect(refused).toMatchObject({ status: 503, json: { code: 'upstream_unavailable' } });
    expect((await acme.setPlan('pro')).status).toBe(202);
    await acme.eventually('pro');
  });

  test('goes on after an outage of Scalekit, until every key has the plan', async () => {
    for (let n = 0; n < 5; n++) await acme.newKey({});
    await acme.setPlan('pro');
    await fault({ kind: 'unavailable', on: ['UpdateToken'], times: 3 });
    await acme.eventually('pro');
    await fault(undefined);
    const { keys } = (await acme.asOperator('GET', '/keys?pageSize=30')).json;
    expect(keys).toHaveLength(6);
    for (const one of keys) expect(one.customClaims).toMatchObject({ plan: 'pro' });
  });

  test('replaces one that is not done', async () => {
    await acme.setPlan('free');
    await acme.activate('pro');
    await acme.eventually('pro');
    expect((await acme.use()).json.customClaims).toMatchObject({ plan: 'pro' });
  });

  test('reaches a key that changes itself all the time', async () => {
    const { key, keyId } = await acme.newKey({ scope: 'keys:read keys:write' });
    let isDone = false;
    const change = async () => {
      while (!isDone)
        await call(key, 'PATCH', `/keys/${keyId}`, { scope: 'keys:read keys:write', description: 'again' });
    };
    const changes = Array.from({ length: 8 }, change);
    await acme.setPlan('pro');
    await acme.eventually('pro');
    isDone = true;
    await Promise.all(changes);
    expect((await acme.asOperator('GET', `/keys/${keyId}`)).json.customClaims).toMatchObject({ plan: 'pro' });
  });

  test('keeps a suspension', async () => {
    const { keyId, key: suspended } = await acme.newKey({});
    const set = await acme.setPlan('pro');
    while (Date.now() < Date.parse(set.json.activeAt))
      await acme.asOperator('PATCH', `/keys/${keyId}`, { suspended: true });
    await acme.eventually('pro');
    expect(await acme.use(suspended)).toMatchObject({ status: 401, json: { code: 'key_suspended' } });
  });

  test('deletes the meter of the former plan a day later, unless the organization has the plan again', async () => {
    await acme.activate('free');
    await acme.activate('pro');
    await acme.eventually('pro');
    const retirement = async () => {
      const { schedules } = await control('GET');
      const name = schedules.find((one: { name: string }) =>
        one.name.startsWith(`plan-retire-${acme.organizationId}`),
      )?.name;
      await control('POST', '/scheduler/due', { name });
    };
    const meters = async () =>
      (await control('GET')).meters.filter((name: string) => name.includes(acme.organizationId));
    expect(await meters()).toHaveLength(2);
    await retirement();
    expect(await meters()).toEqual([expect.stringMatching(/ pro$/)]);
    expect((await acme.use()).status).toBe(200);
    await acme.activate('free');
    await acme.activate('pro');
    await acme.eventually('pro');
    await retirement(); // of pro, which the organization has again
    expect(await meters()).toHaveLength(2);
  });
});

test('the command gives an organization a plan, waits until it has it, and shows its use', async () => {
  const keys = async (...args: string[]) => {
    const target = ['--local', '--data', runtime.dataDir, '--organization', acme.organizationId];
    const run = promisify(execFile)(process.execPath, [script, ...args, ...target]);
    const { code, stdout, stderr } = await run.then(
      (done) => ({ code: 0, ...done }),
      (failed: { code: number; stdout: string; stderr: string }) => failed,
    );
    return { code, stdout, stderr };
  };
  expect(JSON.parse((await keys('set-plan', 'pro')).stdout)).toMatchObject({ plan: 'pro' });
  expect((await acme.use()).json.customClaims).toMatchObject({ plan: 'pro' });
  const usage = JSON.parse((await keys('usage')).stdout);
  expect(usage).toMatchObject({
    plan: 'pro',
    days: expect.arrayContaining([expect.objectContaining({ requests: 1 })]),
  });
  const unknown = await keys('set-plan', 'gold');
  expect(unknown).toMatchObject({ code: 5, stderr: expect.stringContaining('use free, pro, or null for none') });
  expect((await keys('set-plan', 'none')).code).toBe(0);
  expect((await acme.use()).json.customClaims).not.toHaveProperty('plan');
});
