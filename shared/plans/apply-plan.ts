import { type Failure, outage } from '../failure.ts';
import type { KeyServices } from '../keys/key-services.ts';
import { fail, ok, type Result } from '../result.ts';
import { withoutUndefined } from '../without-undefined.ts';
import type { Meters } from './meters.ts';
import type { OrganizationPlans } from './organization-plans.ts';
import { type PassRest, type PassServices, passOverKeys } from './pass.ts';
import { type PlanSchedule, type PlanWork, retireMs } from './plan-schedule.ts';

/** The services of the work that follows a change of a plan. */
export interface PlanWorkServices extends PassServices, Pick<KeyServices, 'metrics'> {
  readonly organizationPlans: OrganizationPlans;
  readonly meters: Meters;
  readonly schedule: PlanSchedule;
}

/** How long one run may begin work on keys: of its function's 60 s, so that the last key and the end of the change fit. */
const passMs = 20_000;
/** When work that was not finished goes on, and when work that failed, or a key that Scalekit refuses, is tried again. */
const againMs = 5_000;
const retryMs = 60_000;

/** Why work, or a part of it, was not done. */
interface Unfinished {
  readonly kind: string;
  readonly cause?: unknown;
  /** The key that could not be changed, if it was one. */
  readonly keyId?: string;
}

/** `goes_on`: the rest is planned. `stopped`: it could not be planned. */
export interface PlanWorkOutcome {
  readonly outcome: 'done' | 'replaced' | 'goes_on' | 'stopped';
  readonly failure?: Unfinished;
}

interface Rest {
  readonly work: PlanWork;
  readonly failure?: Unfinished;
}

type Done = Result<'done' | 'replaced' | Rest, Failure>;

/**
 * Does the work on an organization's plan that is due. It may be repeated, and may die at any step. What it cannot finish goes on
 * with another schedule, and so does what fails.
 */
export async function doPlanWork(
  services: PlanWorkServices,
  work: PlanWork,
  requestId: string,
): Promise<PlanWorkOutcome> {
  const until = Date.now() + passMs;
  const done =
    work.step === 'apply'
      ? await apply(services, work, until, requestId)
      : await retire(services, work, until, requestId);
  if (done.ok && typeof done.value === 'string') return { outcome: done.value };
  const rest = done.ok ? (done.value as Rest) : { work, failure: done.failure };
  const { failure } = rest;
  if (failure) services.metrics.measure('PlanFailures');
  const waitMs = done.ok && failure?.kind !== 'refused' ? againMs : retryMs;
  const again = await services.schedule.at(new Date(Date.now() + waitMs), rest.work);
  if (!again.ok) return { outcome: 'stopped', failure: failure ?? again.failure };
  return { outcome: 'goes_on', ...(failure ? { failure } : {}) };
}

type Apply = Extract<PlanWork, { step: 'apply' }>;

/** Gives all keys the plan twice. In between, new keys get it: one that was made during the first pass is found by the second. */
async function apply(services: PlanWorkServices, work: Apply, until: number, requestId: string): Promise<Done> {
  const { organizationPlans } = services;
  const { organizationId, changeId } = work;
  const stored = await organizationPlans.read(organizationId);
  if (!stored.ok) return stored;
  const { change } = stored.value;
  if (change?.id !== changeId) return ok('replaced');
  const passed = await passOverKeys(services, { organizationId, plan: change.to, page: work.page }, until, requestId);
  if (!passed.ok) return passed;
  if (passed.value !== 'done') return ok(restOf(work, passed.value));
  if (work.isSwitched) return finish(services, organizationId, changeId, until);
  const settling = { ...withoutUndefined({ plan: change.to }), change };
  const switched = await organizationPlans.replace(organizationId, stored.value, settling);
  if (!switched.ok) return switched;
  if (!switched.value) return ok('replaced');
  return apply(services, { step: 'apply', organizationId, changeId, isSwitched: true }, until, requestId);
}

function restOf(work: PlanWork, { next, failure }: PassRest): Rest {
  return { work: { ...work, page: next }, ...(failure ? { failure } : {}) };
}

/** Ends a change that every key has. */
async function finish(
  { organizationPlans, schedule, meters, metrics }: PlanWorkServices,
  organizationId: string,
  changeId: string,
  until: number,
): Promise<Done> {
  const stored = await organizationPlans.read(organizationId);
  if (!stored.ok) return stored;
  const { change } = stored.value;
  if (change?.id !== changeId) return ok('replaced');
  if (change.from !== undefined && change.from !== change.to) {
    const retirement = { step: 'retire', organizationId, plan: change.from } as const;
    const later = await schedule.at(new Date(Date.now() + retireMs), retirement);
    if (!later.ok) return later;
  }
  const finished = await organizationPlans.replace(organizationId, stored.value, withoutUndefined({ plan: change.to }));
  if (!finished.ok) return finished;
  // A figure for an alarm: the next change has it, if there is no time now.
  const counted = Date.now() < until ? await meters.count() : undefined;
  if (counted?.ok) metrics.measure('Meters', counted.value);
  return ok(finished.value ? 'done' : 'replaced');
}

type Retire = Extract<PlanWork, { step: 'retire' }>;

async function retire(services: PlanWorkServices, work: Retire, until: number, requestId: string): Promise<Done> {
  const { organizationId, plan, page } = work;
  const stored = await services.organizationPlans.read(organizationId);
  if (!stored.ok) return stored;
  const { plan: now, change } = stored.value;
  if (now === plan || change?.to === plan) return ok('replaced'); // the organization has it again
  const passed = await passOverKeys(services, { organizationId, plan: now, page }, until, requestId);
  if (!passed.ok) return passed;
  if (passed.value !== 'done') return ok(restOf(work, passed.value));
  const deleted = await services.meters.delete(organizationId, plan);
  return deleted.ok ? ok('done') : fail(outage(deleted.failure));
}
