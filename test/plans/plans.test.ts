import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Answer, clientOf, sdkOf } from '../support/client.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';
import { callAsOperator } from '../support/signed-request.ts';
import { sessionToken } from '../tokens/sign-in.ts';
import { newOrganization, type PlannedOrganization } from './organization.ts';

// Plans of organizations over HTTP, on the deployed bundles. The assembly has the plans free (5 per second, 10 at once, 30 a day)
// and pro (50 per second, 100 at once).

let runtime: RuntimeProcess;
let acme: PlannedOrganization;

beforeAll(async () => {
  runtime = await startRuntimeProcess({ assembly: process.env['TEST_PLANS_ASSEMBLY'] ?? '' });
});
afterAll(() => runtime.stop());
beforeEach(async () => {
  await control('PUT', '/apigateway/propagation', { ms: 0 });
  acme = await newOrganization(() => runtime);
});

const { call, control } = clientOf(() => runtime.outputs);

/** Sends requests, few at a time, and counts the answers by code. On a busy machine, Scalekit may answer some too late. */
async function flood(requests: number, who?: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  let left = requests;
  const sender = async () => {
    while (left-- > 0) {
      const { status, json } = await acme.use(who);
      const code = status === 200 ? 'ok' : String(json.code);
      expect(['ok', 'throttled', 'quota_exceeded', 'upstream_unavailable']).toContain(code);
      counts[code] = (counts[code] ?? 0) + 1;
    }
  };
  await Promise.all([1, 2, 3, 4].map(sender));
  return counts;
}
test('an organization without a plan is not limited, and its requests need no provisioning', async () => {
  const answer = await acme.use();
  expect(answer.status).toBe(200);
  expect(answer.headers).not.toHaveProperty('ratelimit-policy');
  expect(Object.keys(await flood(40))).not.toContain('throttled');
});

test('a plan limits all keys of an organization together, and says so', async () => {
  await acme.activate('free');
  const answer = await acme.use();
  expect(answer.json.customClaims).toMatchObject({ plan: 'free' });
  expect(answer.headers['ratelimit-policy']).toBe('"rate";q=5;w=1, "quota";q=30;w=86400');
  expect(answer.headers['access-control-expose-headers']).toContain('RateLimit-Policy');
  const other = (await acme.newKey({})).key;
  const startedAt = Date.now();
  const [one, two] = await Promise.all([flood(12), flood(12, other)]);
  const total = (code: string) => (one[code] ?? 0) + (two[code] ?? 0);
  const possible = 10 + 5 * ((Date.now() - startedAt) / 1_000 + 1);
  expect(total('ok')).toBeLessThanOrEqual(possible);
  if (possible < 22) expect(total('throttled')).toBeGreaterThan(0);
  await delay(1_500);
  expect((await acme.use()).status).toBe(200);
});

test('a quota that is used up has its own code, and keys can still be managed', async () => {
  await acme.activate('free');
  let last: Answer | undefined;
  for (let request = 0; request < 60 && last?.json?.code !== 'quota_exceeded'; request++) {
    last = await acme.use();
    if (last.json?.code === 'throttled') await delay(500);
  }
  expect(last).toMatchObject({ status: 429, json: { code: 'quota_exceeded' } });
  expect(last?.headers['retry-after']).toBe('3600');
  expect((await call(acme.key, 'GET', '/keys')).status).toBe(200);
  const usage = (await acme.asOperator('GET', '/usage')).json;
  expect(usage).toMatchObject({ plan: 'free' });
  expect(usage.days.at(-1)).toEqual({ date: new Date().toISOString().slice(0, 10), requests: 30 });
  await acme.activate('pro');
  expect((await acme.use()).status).toBe(200);
});

test('no request fails before a plan is active, although a new meter counts late', async () => {
  await control('PUT', '/apigateway/propagation', { ms: 1_500 });
  const set = await acme.setPlan('pro');
  const until = Date.parse(set.json.activeAt);
  while (Date.now() < until) {
    expect((await acme.use()).status).toBe(200);
    await delay(50);
  }
  expect((await acme.use()).json.customClaims).toMatchObject({ plan: 'pro' });
});

test('a meter that does not count is our fault: 503, never a bad key', async () => {
  await acme.activate('pro');
  await control('PUT', '/apigateway/propagation', { ms: 600_000 });
  const answer = await acme.use();
  expect(answer).toMatchObject({ status: 503, json: { code: 'not_metered' } });
  expect(answer.headers).toHaveProperty('retry-after');
});

describe('the plan of a key', () => {
  test('is that of its organization, also for keys that are made or rotated while it changes', async () => {
    const { activeAt } = (await acme.setPlan('free')).json;
    const made: string[] = [];
    while (Date.now() < Date.parse(activeAt) + 500) {
      const { keyId } = await acme.newKey({});
      made.push(keyId);
      const rotated = await acme.asOperator('POST', `/keys/${keyId}/rotate`, {});
      made.push(rotated.json.keyId);
      await delay(100);
    }
    const { keys } = (await acme.asOperator('GET', '/keys?pageSize=30')).json;
    for (const one of keys) expect(one.customClaims, one.keyId).toMatchObject({ plan: 'free' });
    expect(made.length).toBeGreaterThan(10);
  });

  test('is refused if it is another, for operators, and never set by a key', async () => {
    for (const plan of ['pro', 'unknown']) {
      expect(await acme.asOperator('POST', '/keys', { customClaims: { plan } })).toMatchObject({ status: 400 });
      expect(await call(acme.key, 'POST', '/keys', { customClaims: { plan } })).toMatchObject({ status: 400 });
    }
    const { keyId } = await acme.newKey({});
    expect(await acme.asOperator('PATCH', `/keys/${keyId}`, { customClaims: { plan: 'pro' } })).toMatchObject({
      status: 400,
    });
  });

  test('is removed with the organization’s', async () => {
    await acme.activate('free');
    await acme.activate(null);
    expect((await acme.use()).json.customClaims).not.toHaveProperty('plan');
    expect(Object.keys(await flood(40))).not.toContain('throttled');
  });

  test('that the settings do not have counts on the shared meter', async () => {
    const { token } = await sdkOf(runtime.outputs.scalekit).token.createToken(acme.organizationId, {
      customClaims: { plan: 'gold' },
    });
    expect(Object.keys(await flood(20, token))).not.toContain('throttled');
  });
});

test('a session counts for the plan of its organization', async () => {
  const sdk = sdkOf(runtime.outputs.scalekit);
  const { user } = await sdk.user.createUserAndMembership(acme.organizationId, {
    email: `${acme.organizationId}@plans.example`,
  });
  await acme.activate('free');
  const token = await sessionToken(runtime.outputs, { userId: user?.id ?? '', permissions: ['keys:write'] });
  const { ok = 0, throttled = 0, quota_exceeded = 0 } = await flood(45, token);
  expect(ok).toBeLessThanOrEqual(30);
  expect(throttled + quota_exceeded).toBeGreaterThan(0);
  const made = await call(token, 'POST', '/keys', {});
  expect(made.json).toMatchObject({ customClaims: { plan: 'free' } });
  expect((await call(token, 'POST', `/keys/${made.json.keyId}/rotate`, {})).status).toBe(201);
});

test.each([
  ['a plan that is unknown', { plan: 'gold' }],
  ['a name that every object has', { plan: 'constructor' }],
  ['no plan', {}],
  ['another field', { plan: 'free', rate: 1 }],
])('%s is refused', async (_what, body) => {
  expect(await acme.asOperator('PUT', '/plan', body)).toMatchObject({ status: 400, json: { code: 'invalid_request' } });
});

test('an organization that Scalekit does not know gets no plan', async () => {
  const { outputs } = runtime;
  const answer = await callAsOperator({ ...outputs, organizationId: 'org_100' }, 'PUT', '/plan', { plan: 'free' });
  expect(answer).toMatchObject({ status: 400 });
});
