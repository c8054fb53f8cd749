import { type Failure, outage } from '../failure.ts';
import type { KeyServices } from '../keys/key-services.ts';
import { fail, ok, type Result } from '../result.ts';
import { withoutUndefined } from '../without-undefined.ts';
import type { Meters } from './meters.ts';
import type { OrganizationPlans } from './organization-plans.ts';
import { type PassServices, passOverKeys } from './pass.ts';
import { type PlanSchedule, type PlanWork, retireMs } from './plan-schedule.ts';

/** The services of the work that follows a change of a plan. */
export interface PlanWorkServices extends PassServices, Pick<KeyServices, 'metrics'> {
  readonly organizationPlans: OrganizationPlans;
  readonly meters: Meters;
  readonly schedule: PlanSchedule;
}

/** How long one run may work on keys. */
const passMs = 12_000;
/** When work that was not finished goes on, and when work that failed is tried again. */
const againMs = 5_000;
const retryMs = 60_000;

type Outcome = Result<'done' | 'replaced' | PlanWork, Failure>;

/**
 * Does the work on an organization's plan that is due. It may be repeated, and may die at any step. What it cannot finish goes on
 * with another schedule, and so does what fails. Fails only if there is no such schedule.
 */
export async function doPlanWork(
  services: PlanWorkServices,
  work: PlanWork,
  requestId: string,
): Promise<Result<'done' | 'replaced' | 'goes_on' | 'failed', Failure>> {
  const done = work.step === 'apply' ? await apply(services, work, requestId) : await retire(services, work, requestId);
  if (done.ok && typeof done.value === 'string') return ok(done.value);
  const [rest, waitMs] = done.ok && typeof done.value !== 'string' ? [done.value, againMs] : [work, retryMs];
  const again = await services.schedule.at(new Date(Date.now() + waitMs), rest);
  if (!again.ok) return done.ok ? again : done;
  return ok(done.ok ? 'goes_on' : 'failed');
}

type Apply = Extract<PlanWork, { step: 'apply' }>;

/** Gives all keys the plan twice. In between, new keys get it: one that was made during the first pass is found by the second. */
async function apply(services: PlanWorkServices, work: Apply, requestId: string): Promise<Outcome> {
  const { organizationPlans } = services;
  const { organizationId, changeId } = work;
  const until = Date.now() + passMs;
  const stored = await organizationPlans.read(organizationId);
  if (!stored.ok) return stored;
  const { change } = stored.value;
  if (change?.id !== changeId) return ok('replaced');
  const passed = await passOverKeys(services, { organizationId, plan: change.to, page: work.page }, until, requestId);
  if (!passed.ok) return passed;
  if (passed.value !== 'done') return ok({ ...work, page: passed.value.next });
  if (work.isSwitched) return finish(services, organizationId, changeId);
  const settling = { ...withoutUndefined({ plan: change.to }), change };
  const switched = await organizationPlans.replace(organizationId, stored.value, settling);
  if (!switched.ok) return switched;
  if (!switched.value) return ok('replaced');
  return apply(services, { step: 'apply', organizationId, changeId, isSwitched: true }, requestId);
}

/** Ends a change that every key has. */
async function finish(
  { organizationPlans, schedule, meters, metrics }: PlanWorkServices,
  organizationId: string,
  changeId: string,
): Promise<Outcome> {
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
  const counted = await meters.count();
  if (counted.ok) metrics.measure('Meters', counted.value);
  return ok(finished.value ? 'done' : 'replaced');
}

type Retire = Extract<PlanWork, { step: 'retire' }>;

async function retire(services: PlanWorkServices, work: Retire, requestId: string): Promise<Outcome> {
  const { organizationId, plan, page } = work;
  const stored = await services.organizationPlans.read(organizationId);
  if (!stored.ok) return stored;
  const { plan: now, change } = stored.value;
  if (now === plan || change?.to === plan) return ok('replaced'); // the organization has it again
  const passed = await passOverKeys(services, { organizationId, plan: now, page }, Date.now() + passMs, requestId);
  if (!passed.ok) return passed;
  if (passed.value !== 'done') return ok({ ...work, page: passed.value.next });
  const deleted = await services.meters.delete(organizationId, plan);
  return deleted.ok ? ok('done') : fail(outage(deleted.failure));
}
