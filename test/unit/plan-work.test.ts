import { expect, test } from 'vitest';
import type { KeyInfo } from '../../shared/key.ts';
import { createMetrics } from '../../shared/metrics.ts';
import { doPlanWork, type PlanWorkServices } from '../../shared/plans/apply-plan.ts';
import type { StoredPlan } from '../../shared/plans/organization-plans.ts';
import type { PlanWork } from '../../shared/plans/plan-schedule.ts';
import { type PlanServices, setPlan } from '../../shared/plans/set-plan.ts';
import { fail, ok } from '../../shared/result.ts';

// A change of a plan whose services fail, or whose keys change meanwhile.

const organizationId = 'org_1';
const key = (number: number, customClaims: KeyInfo['customClaims']): KeyInfo => ({
  keyId: `apit_${number}`,
  organizationId,
  customClaims,
  roles: [],
  suffix: 'x',
});
const change = { id: 'change', to: 'pro', activeAt: '2030-01-01T00:00:00Z' };
const apply: PlanWork = { step: 'apply', organizationId, changeId: 'change' };

/** The services of an organization with these keys, as they are listed and as they are when they are read again. */
function work(listed: readonly KeyInfo[], now: readonly KeyInfo[] = listed, refuses: readonly string[] = []) {
  const keys = new Map(now.map((one) => [one.keyId, one]));
  let stored: StoredPlan = { version: 1, change };
  const planned: { readonly inMs: number; readonly work: PlanWork }[] = [];
  const metrics = createMetrics();
  const services = {
    scalekit: {
      list: async () => ok({ keys: listed.map((one) => keys.get(one.keyId) ?? one), totalCount: listed.length }),
      lookUp: async (keyId: string) => ok(keys.get(keyId)),
    },
    mutations: {
      update: async (one: KeyInfo, { customClaims = {} }: Partial<KeyInfo>) => {
        if (refuses.includes(one.keyId)) return fail({ kind: 'refused', isUnknown: false, cause: new Error('no') });
        keys.set(one.keyId, { ...one, customClaims });
        return ok({ ...one, customClaims });
      },
    },
    suspensions: { isRecent: async () => ok(false) },
    organizationPlans: {
      read: async () => ok(stored),
      replace: async (_organization: string, _read: StoredPlan, by: object) => {
        stored = { version: stored.version + 1, ...by };
        return ok(true);
      },
    },
    meters: { count: async () => ok(1) },
    schedule: {
      at: async (time: Date, later: PlanWork) => {
        planned.push({ inMs: time.getTime() - Date.now(), work: later });
        return ok(undefined);
      },
    },
    metrics,
  } as unknown as PlanWorkServices;
  return { services, keys, planned, metrics };
}

test('a key that Scalekit refuses to change is named, counted, and tried again after a minute', async () => {
  const { services, keys, planned, metrics } = work([key(1, {}), key(2, {})], undefined, ['apit_1']);
  expect(await doPlanWork(services, apply, 'r')).toMatchObject({
    outcome: 'goes_on',
    failure: { kind: 'refused', keyId: 'apit_1' },
  });
  expect(keys.get('apit_2')?.customClaims).toEqual({ plan: 'pro' });
  expect(metrics.take()).toMatchObject({ PlanFailures: 1 });
  expect(planned).toEqual([{ inMs: expect.closeTo(60_000, -3), work: { ...apply, page: undefined } }]);
});

test('work that fails and cannot be planned has stopped, and its failure is told', async () => {
  const { services } = work([key(1, {})]);
  const down = fail({ kind: 'upstream_unavailable', reason: 'unreachable', cause: new Error('down') });
  const failing = { ...services, scalekit: { list: async () => down }, schedule: { at: async () => down } };
  expect(await doPlanWork(failing as unknown as PlanWorkServices, apply, 'r')).toMatchObject({
    outcome: 'stopped',
    failure: { kind: 'upstream_unavailable' },
  });
});

test('a key that was narrowed after it was listed stays narrowed', async () => {
  const listed = key(1, { scope: 'notes:read notes:write' });
  const { services, keys } = work([listed]);
  const list: typeof services.scalekit.list = (...input) => services.scalekit.list(...input);
  const narrowing = {
    ...services,
    scalekit: {
      ...services.scalekit,
      list: async (...input: Parameters<typeof list>) => {
        const page = await list(...input);
        keys.set('apit_1', { ...listed, customClaims: { ...keys.get('apit_1')?.customClaims, scope: 'notes:read' } });
        return page;
      },
    },
  };
  expect(await doPlanWork(narrowing, apply, 'r')).toEqual({ outcome: 'done' });
  expect(keys.get('apit_1')?.customClaims).toEqual({ scope: 'notes:read', plan: 'pro' });
});

test('a repeat with the same plan makes a meter that was lost, and passes over the keys again', async () => {
  const made: string[] = [];
  const planned: PlanWork[] = [];
  const services = {
    plans: { pro: { rate: 1, burst: 1 } },
    organizations: { nameOf: async () => ok('Acme') },
    organizationPlans: { read: async () => ok({ version: 2, plan: 'pro' }), replace: async () => ok(true) },
    meters: { create: async (_organization: string, plan: string) => ok(void made.push(plan)) },
    schedule: { at: async (_time: Date, later: PlanWork) => ok(void planned.push(later)) },
    activationMs: 1_000,
    metrics: createMetrics(),
  } as unknown as PlanServices;
  const by = { actor: { userArn: 'arn:aws:iam::1:user/x', organizationId }, requestId: 'r' };
  expect(await setPlan(services, 'pro', by)).toMatchObject({ ok: true, value: { plan: 'pro' } });
  expect(made).toEqual(['pro']);
  expect(planned).toMatchObject([{ step: 'apply', organizationId }]);
});
