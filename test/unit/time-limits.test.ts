import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { auditTimeoutMs } from '../../shared/audit/audit.ts';
import { refusedKeys } from '../../shared/authentication/refused-keys.ts';
import { workQueueMs } from '../../shared/aws/work-queue.ts';
import type { Marks } from '../../shared/decision-cache/marks.ts';
import type { Suspensions } from '../../shared/decision-cache/suspensions.ts';
import { markAgeMs, markMs, readMs } from '../../shared/decision-cache/time-limits.ts';
import type { Outage } from '../../shared/failure.ts';
import type { KeyInfo } from '../../shared/key.ts';
import { createKey } from '../../shared/keys/create-key.ts';
import type { KeyServices } from '../../shared/keys/key-services.ts';
import { revokeKey } from '../../shared/keys/revoke-key.ts';
import { updateKey } from '../../shared/keys/update-key.ts';
import { createMetrics } from '../../shared/metrics.ts';
import { doPlanWork } from '../../shared/plans/apply-plan.ts';
import { metersMs } from '../../shared/plans/meters.ts';
import { planReadMs } from '../../shared/plans/organization-plans.ts';
import { planScheduleMs } from '../../shared/plans/plan-schedule.ts';
import { setPlan } from '../../shared/plans/set-plan.ts';
import { portalHandler } from '../../shared/portal/portal.tsx';
import { csrfOf } from '../../shared/portal/request.ts';
import type { PortalStore } from '../../shared/portal/store.ts';
import { fail, ok } from '../../shared/result.ts';
import { revokeKeys } from '../../shared/revocation/revoke-keys.ts';
import { revokeLeakedKey } from '../../shared/revocation/revoke-leaked-key.ts';
import { endOverlap } from '../../shared/rotation/end-overlap.ts';
import { maxScheduleMs } from '../../shared/rotation/overlap-schedules.ts';
import { rotateKey } from '../../shared/rotation/rotate-key.ts';
import type { Scalekit } from '../../shared/scalekit/scalekit.ts';
import { Deliveries } from '../../shared/webhook/deliveries.ts';
import { deliveryMs, handleEvent } from '../../shared/webhook/handle-event.ts';
import { revokeLeavers } from '../../shared/webhook/revoke-leavers.ts';
import { forgottenMarks, keyServicesOf } from '../support/key-services.ts';

// Every step succeeds at the last moment of its time limit. The embedded services are never that slow, and a test must not
// wait for minutes. So the operations call slow services that are made here, on a fake clock.

const organizationId = 'org_1';
const operator = { userArn: 'arn:aws:iam::1:user/x', organizationId };
const by = { actor: operator, requestId: 'r' };
const slow = <T>(ms: number, value: T) => new Promise<T>((resolve) => setTimeout(() => resolve(value), ms));

const key = (number: number, more: Partial<KeyInfo> = {}): KeyInfo => ({
  keyId: `apit_${number}`,
  organizationId,
  customClaims: {},
  roles: [],
  suffix: 'abcd',
  createdAt: new Date(number).toISOString(),
  ...more,
});
/** The first key already has a successor. A large organization always has another page. */
const successor = key(2, { customClaims: { rotated_from: 'apit_1' } });

function slowServices(deadlineMs: number, isLarge: boolean): KeyServices {
  const after = <T>(value: T) => slow(deadlineMs, ok(value));
  const page = {
    keys: [key(1), successor],
    totalCount: isLarge ? 50_000 : 2,
    ...(isLarge && { nextPageToken: 'more' }),
  };
  const scalekit: Scalekit = {
    deadlineMs,
    lookUp: (keyId) => after(key(1, { keyId: keyId.startsWith('apit_') ? keyId : 'apit_1' })),
    create: ({ customClaims }) => after({ key: 'plain', info: key(3, { customClaims }) }),
    list: () => after(page),
    update: (_keyId, { customClaims = {} }) => after(key(1, { customClaims })),
    invalidate: () => after(undefined),
  };
  return keyServicesOf(scalekit, { record: () => slow(auditTimeoutMs, undefined) }, slowMarks);
}

/** Each call of the page's table takes its whole second. */
const slowStore: PortalStore = {
  addLink: () => slow(1_000, ok('code')),
  findLink: () => slow(1_000, ok(undefined)),
  redeem: () => slow(3_000, ok(undefined)),
  findSession: () => slow(1_000, ok({ sessionId: 'psess_1', isOver: false, grant })),
  endSession: () => slow(2_000, ok(undefined)),
  takeForm: () => slow(1_000, ok(true)),
};
const grant = {
  linkId: 'plink_1',
  organizationId,
  organizationName: 'Acme',
  customClaims: { scope: 'keys:read keys:write' },
  madeAt: 0,
};

function withoutLookUps(services: KeyServices, deadlineMs: number): KeyServices {
  const hanging: Outage = { kind: 'upstream_unavailable', reason: 'unreachable', cause: new Error('hangs') };
  return { ...services, scalekit: { ...services.scalekit, lookUp: () => slow(deadlineMs, fail(hanging)) } };
}

/** Each mark is written at the last moment, must be written again, and then is written just in time. */
const slowMarks: Marks = {
  ...forgottenMarks,
  mark: (keyId) => slow(markMs, { id: `decision#${keyId}`, written: ok({ notBefore: 0, at: 0 }) }),
  markEnded: (id) => slow(markMs, { id: `ended#${id}`, written: ok({ notBefore: 0, at: 0 }) }),
  settle: (_mark, until) => slow(until + markAgeMs - Date.now(), ok(undefined)),
  keyIdOf: () => slow(readMs, ok('apit_1')),
};

/** The key was suspended meanwhile, so the change suspends it again. */
const slowSuspensions: Suspensions = {
  record: () => slow(markMs, ok(undefined)),
  isRecent: () => slow(markMs, ok(true)),
};

/** Each read of an organization's plan takes its whole time, and finds another plan. */
function changingPlans() {
  let reads = 0;
  return () => slow(planReadMs, ok(`plan-${++reads}`));
}

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

async function secondsOf(operation: Promise<unknown>): Promise<number> {
  const startedAt = Date.now();
  let endedAt = Number.NaN;
  const done = operation.then(() => {
    endedAt = Date.now();
  });
  await vi.advanceTimersByTimeAsync(120_000);
  await done;
  return (endedAt - startedAt) / 1000;
}

const cases = [500, 2500, 4000].flatMap((deadlineMs) => [false, true].map((isLarge) => [deadlineMs, isLarge] as const));

describe.each(cases)('with %i ms per call, a large organization: %s', (...setting) => {
  test('every operation answers before its function times out', async () => {
    const services = slowServices(...setting);
    expect(await secondsOf(createKey(services, { customClaims: {}, scope: [] }, by))).toBeLessThan(25);
    // The longest path: the user's keys are counted, and the key is withdrawn because its maker was changed in between.
    const changed = { actor: key(9, { customClaims: { scope: 'keys:write keys:users' } }), requestId: 'r' };
    const ofUser = { userId: 'usr_1', customClaims: {}, scope: [] };
    expect(await secondsOf(createKey(services, ofUser, changed, { maxKeysPerUser: 100_000 }))).toBeLessThan(25);
    expect(
      await secondsOf(updateKey({ ...services, suspensions: slowSuspensions }, 'apit_1', { scope: ['a'] }, by)),
    ).toBeLessThan(25);
    // The organization gets another plan between the reads of each operation.
    const planned = { ...services, planOf: changingPlans() };
    expect(await secondsOf(createKey(planned, { customClaims: {}, scope: [] }, by))).toBeLessThan(25);
    expect(await secondsOf(createKey(planned, ofUser, changed, { maxKeysPerUser: 100_000 }))).toBeLessThan(25);
    const inPlan = { ...services, suspensions: slowSuspensions, planOf: () => slow(planReadMs, ok('pro')) };
    const replanned = updateKey(inPlan, 'apit_1', { scope: ['a'] }, by);
    expect(await secondsOf(replanned)).toBeLessThan(25);
    expect(await secondsOf(revokeKey(services, 'apit_1', by))).toBeLessThan(25);
    // The look-up fails, and the key is on the last page that the time limit allows.
    expect(await secondsOf(revokeKey(withoutLookUps(services, setting[0]), 'apit_2', by))).toBeLessThan(25);
    expect(await secondsOf(revokeKey(withoutLookUps(services, setting[0]), 'apit_99', by))).toBeLessThan(25);
    const leaked = revokeLeakedKey({ ...services, refused: refusedKeys() }, 'plain', 'r');
    expect(await secondsOf(leaked)).toBeLessThan(25);
    const end = endOverlap(services, { organizationId, keyId: 'apit_1' }, 'r');
    expect((await secondsOf(end)) + workQueueMs / 1000).toBeLessThan(25);
    const schedules = { put: (_organization: string, _key: string, at: Date) => slow(maxScheduleMs, ok(at)) };
    for (const overlapSeconds of [0, 3600]) {
      const rotation = rotateKey({ ...services, schedules }, 'apit_1', { overlapSeconds, replace: true }, by);
      expect(await secondsOf(rotation)).toBeLessThan(26); // and 2 s for the reminders
      const inPlans = { ...services, schedules, planOf: changingPlans() };
      const planned = rotateKey(inPlans, 'apit_1', { overlapSeconds, replace: true }, by);
      expect(await secondsOf(planned)).toBeLessThan(26);
      const request = { overlapSeconds, replace: true };
      const onPage = rotateKey({ ...services, schedules }, 'apit_1', request, by, {}, Date.now() - 3_000);
      expect(await secondsOf(onPage)).toBeLessThan(23);
    }
  });

  test('a plan is set, and its work done, before the functions time out', async () => {
    const [deadlineMs] = setting;
    const { scalekit, mutations } = slowServices(...setting);
    const change = { id: 'change', from: 'free', to: 'pro', activeAt: '2030-01-01T00:00:00Z' };
    const plans = {
      scalekit,
      mutations,
      suspensions: slowSuspensions,
      plans: { pro: { rate: 1, burst: 1 } },
      organizations: { nameOf: () => slow(deadlineMs, ok('Acme')) },
      organizationPlans: {
        read: () => slow(planReadMs, ok({ version: 1, plan: 'free', change: { ...change, to: 'basic' } })),
        replace: () => slow(planReadMs, ok(true)),
      },
      meters: {
        create: () => slow(metersMs, ok(undefined)),
        delete: () => slow(metersMs, ok(undefined)),
        count: () => slow(metersMs, ok(1)),
        usage: () => slow(metersMs, ok([])),
      },
      schedule: { at: () => slow(planScheduleMs, ok(undefined)) },
      activationMs: 60_000,
      metrics: createMetrics(),
    };
    expect(await secondsOf(setPlan(plans, 'pro', by))).toBeLessThan(25);
    const organizationPlans = {
      ...plans.organizationPlans,
      read: () => slow(planReadMs, ok({ version: 1, plan: 'free', change })),
    };
    for (const isSwitched of [false, true]) {
      const work = { step: 'apply', organizationId, changeId: 'change', isSwitched } as const;
      expect(await secondsOf(doPlanWork({ ...plans, organizationPlans }, work, 'r'))).toBeLessThan(60);
    }
    const retirement = { step: 'retire', organizationId, plan: 'other' } as const;
    expect(await secondsOf(doPlanWork({ ...plans, organizationPlans }, retirement, 'r'))).toBeLessThan(60);
  });

  test('every form of the page for keys is answered within 28 s, with each read and write of its table', async () => {
    const services = slowServices(...setting);
    const handler = portalHandler({
      ...services,
      store: slowStore,
      endedSince: () => slow(1_000, ok(false)),
      uses: () => slow(100, { lastUsedAt: new Map() }),
      suspensions: slowSuspensions,
      schedules: { put: (_organization, _key, at) => slow(maxScheduleMs, ok(at)) },
      reminders: { plan: () => slow(2_000, undefined) },
      rules: { maxKeysPerUser: 10, lifetimes: {} },
      productName: 'Acme',
    });
    const token = 't'.repeat(43);
    for (const fields of [
      { page: 'rotate', overlap: '3600' },
      { page: 'rotate', overlap: '0' },
      { page: 'revoke' },
      { page: 'suspend' },
      { page: 'new', name: 'Slow', days: '30' },
    ]) {
      const { page, ...rest } = fields;
      const form = new URLSearchParams({ csrf: csrfOf(token), keyId: 'apit_1', form: 'x', ...rest });
      const event = {
        httpMethod: 'POST',
        pathParameters: { page },
        headers: {
          Cookie: `__Secure-portal=${token}`,
          'Content-Type': 'application/x-www-form-urlencoded',
          'Sec-Fetch-Site': 'same-origin',
        },
        body: form.toString(),
        requestContext: { requestId: 'r', identity: { sourceIp: '192.0.2.1' } },
      } as never;
      expect(await secondsOf(handler(event)), page).toBeLessThan(28);
    }
  });

  test('many keys are revoked within 20 s, and leavers’ keys within 25 s, including the read of the webhook’s secret', async () => {
    const services = slowServices(...setting);
    const all = { includeSelf: false, dryRun: false };
    expect(await secondsOf(revokeKeys(services, all, by))).toBeLessThanOrEqual(20);
    const [deadlineMs] = setting;
    const leavers = () => ({
      organizationId,
      event: { id: 'evt_1', type: 'organization.deleted', occurred_at: new Date(Date.now()) },
    });
    expect((await secondsOf(revokeLeavers(services, leavers(), 'r'))) + deadlineMs / 1000).toBeLessThan(25);
    const delivery = revokeLeavers(services, leavers(), 'r', { patienceMs: deliveryMs });
    expect((await secondsOf(delivery)) + (deadlineMs + workQueueMs) / 1000).toBeLessThan(27);
  });

  test('a delivery is answered within the 10 s that Scalekit waits, and the rest is put on the queue', async () => {
    const [deadlineMs] = setting;
    const work = { put: () => slow(workQueueMs, ok(undefined)) };
    const event = {
      id: 'evt_1',
      type: 'organization.deleted',
      occurred_at: new Date(Date.now()),
      organization_id: organizationId,
    };
    const handled = handleEvent({ ...slowServices(...setting), work, deliveries: new Deliveries() }, event, 'r');
    expect(await secondsOf(handled), `${deadlineMs} ms a call`).toBeLessThan(10);
  });
});
