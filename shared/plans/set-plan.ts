import { randomBytes } from 'node:crypto';
import type { Initiator } from '../authentication/actor.ts';
import { type Failure, invalid, outage } from '../failure.ts';
import type { Metrics } from '../metrics.ts';
import { fail, ok, type Result } from '../result.ts';
import { refusedAs } from '../scalekit/call-policy.ts';
import type { OrganizationDirectory } from '../scalekit/organizations.ts';
import { withoutUndefined } from '../without-undefined.ts';
import type { Meters } from './meters.ts';
import type { OrganizationPlans } from './organization-plans.ts';
import { type PlanSchedule, retireMs } from './plan-schedule.ts';
import type { Plans } from './plan-settings.ts';

/** The services of a change of an organization's plan. */
export interface PlanServices {
  readonly plans: Plans;
  readonly organizations: Pick<OrganizationDirectory, 'nameOf'>;
  readonly organizationPlans: OrganizationPlans;
  readonly meters: Meters;
  readonly schedule: PlanSchedule;
  /** How long a new meter may take until API Gateway counts by it everywhere. */
  readonly activationMs: number;
  readonly metrics: Metrics;
}

/** The plan that an organization will have. */
export interface SetPlan {
  /** `null` for none. */
  readonly plan: string | null;
  /** From then on every key of the organization has the plan. RFC 3339. */
  readonly activeAt: string;
}

/**
 * Changes the plan of an organization. Makes its meter at once, and the keys get the plan only when API Gateway counts by it: a
 * good key is never refused. May be repeated at any time, also with the same plan: that makes the meter again, and gives the plan
 * to keys that lack it. A later change replaces an earlier one that is not done.
 */
export async function setPlan(
  services: PlanServices,
  plan: string | null,
  { actor }: Initiator,
): Promise<Result<SetPlan, Failure>> {
  const { plans, organizations, organizationPlans, meters, schedule, activationMs } = services;
  const { organizationId } = actor;
  const known = requirePlan(plans, plan);
  if (!known.ok) return known;
  const named = await organizations.nameOf(organizationId);
  if (!named.ok) return fail(refusedAs(named.failure, 'organizationId', 'is not an organization that Scalekit knows'));
  const stored = await organizationPlans.read(organizationId);
  if (!stored.ok) return stored;
  const now = Date.now();
  if (plan !== null) {
    const made = await meters.create(organizationId, plan);
    if (!made.ok) return made;
  }
  // A schedule has whole seconds. After its time, as much time again is for a schedule that is late, and for the keys.
  const startsAt = Math.ceil((now + activationMs) / 1_000) * 1_000;
  const activeAt = new Date(startsAt + activationMs).toISOString();
  const { plan: from, change: replacedChange } = stored.value;
  const change = withoutUndefined({ id: randomBytes(8).toString('hex'), from, to: plan ?? undefined, activeAt });
  // The meter of a plan that the organization never got.
  const unused = replacedChange?.to;
  if (unused !== undefined && unused !== plan && unused !== from) {
    const later = await schedule.at(new Date(now + retireMs), { step: 'retire', organizationId, plan: unused });
    if (!later.ok) return later;
  }
  const replaced = await organizationPlans.replace(organizationId, stored.value, {
    ...withoutUndefined({ plan: from }),
    change,
  });
  if (!replaced.ok) return replaced;
  if (!replaced.value) return fail(outage({ kind: 'unreachable', cause: new Error('another change came first') }));
  const planned = await schedule.at(new Date(startsAt), { step: 'apply', organizationId, changeId: change.id });
  if (!planned.ok) return planned;
  return ok({ plan, activeAt });
}

function requirePlan(plans: Plans, plan: string | null): Result<void, Failure> {
  if (plan === null || Object.hasOwn(plans, plan)) return ok(undefined);
  return fail(invalid('plan', `is not a plan: use ${Object.keys(plans).join(', ')}, or null for none`));
}
