import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMetrics } from '../../shared/metrics.ts';
import { meterOf, ratePolicyOf, sharedMeterOf } from '../../shared/plans/meter.ts';
import { meteringBy } from '../../shared/plans/metering.ts';
import type { OrganizationPlans } from '../../shared/plans/organization-plans.ts';
import { fail, ok } from '../../shared/result.ts';

const plans = { free: { rate: 5, burst: 10, quota: 30, period: 'DAY' } } as const;
const caller = { keyId: 'apit_1', organizationId: 'org_1', customClaims: {}, roles: [] };
const session = {
  ...caller,
  keyId: undefined,
  credential: 'session',
  sessionId: 'ses_1',
  userId: 'usr_1',
  issuedAt: '2030-01-01T00:00:00.000Z',
} as const;
const withPlan = (plan: string) => ({ ...caller, customClaims: { plan } });
const none = (): OrganizationPlans => {
  throw new Error('a key has its plan');
};

test('a meter is a value that API Gateway accepts, and that no other organization, plan or API has', () => {
  const id = fc.string({ unit: fc.constantFrom('a', 'b', '1', '_'), minLength: 1, maxLength: 4 });
  const triple = fc.tuple(id, id, id);
  fc.assert(
    fc.property(triple, triple, (one, other) => {
      expect(meterOf(...one)).toMatch(/^[0-9A-Za-z]{20,128}$/);
      if (one.join(' ') !== other.join(' ')) expect(meterOf(...one)).not.toBe(meterOf(...other));
    }),
  );
  expect(sharedMeterOf('a1b2c3d4e5')).toMatch(/^[0-9A-Za-z]{20,128}$/);
});

test.each([
  [{ rate: 5, burst: 10 }, '"rate";q=5;w=1'],
  [{ rate: 2.5, burst: 10 }, '"rate";q=2;w=1'],
  [{ rate: 0.4, burst: 1 }, '"rate";q=1;w=3'],
  [{ rate: 5, burst: 10, quota: 30, period: 'DAY' as const }, '"rate";q=5;w=1, "quota";q=30;w=86400'],
  [{ rate: 5, burst: 10, quota: 30, period: 'WEEK' as const }, '"rate";q=5;w=1, "quota";q=30;w=604800'],
])('%j is the policy %s', (plan, policy) => {
  expect(ratePolicyOf(plan)).toBe(policy);
});

test('a key counts by its plan, and without one or with an unknown one on the shared meter', async () => {
  const metrics = createMetrics();
  const metering = meteringBy(plans, none, metrics);
  expect(await metering('api', withPlan('free'))).toMatchObject({
    meter: meterOf('api', 'org_1', 'free'),
    plan: 'free',
  });
  expect(await metering('api', caller)).toEqual({ meter: sharedMeterOf('api') });
  expect(metrics.take()).not.toHaveProperty('UnknownPlans');
  for (const plan of ['gold', 'constructor', '__proto__']) {
    expect(await metering('api', withPlan(plan))).toEqual({ meter: sharedMeterOf('api'), plan });
    expect(metrics.take()).toMatchObject({ UnknownPlans: 1 });
  }
});

test('a token counts by the plan of its organization, which is read once in a while', async () => {
  let reads = 0;
  const open = (): OrganizationPlans => ({
    read: async () => {
      reads++;
      return ok({ version: 1, plan: 'free' });
    },
    replace: async () => ok(true),
  });
  const metering = meteringBy(plans, open, createMetrics());
  for (const _ of [1, 2, 3])
    expect(await metering('api', { ...session, customClaims: { plan: 'other' } })).toMatchObject({ plan: 'free' });
  expect(reads).toBe(1);
});

test('a token whose plan cannot be read is served, on the shared meter', async () => {
  const failure = { kind: 'upstream_unavailable', reason: 'failed', cause: new Error('x') } as const;
  const open = (): OrganizationPlans => ({ read: async () => fail(failure), replace: async () => fail(failure) });
  expect(await meteringBy(plans, open, createMetrics())('api', session)).toEqual({ meter: sharedMeterOf('api') });
});
