import type { Initiator } from '../authentication/actor.ts';
import type { Failure } from '../failure.ts';
import { ok, type Result } from '../result.ts';
import type { DayOfUse, Meters } from './meters.ts';
import type { OrganizationPlans } from './organization-plans.ts';
import type { Plans } from './plan-settings.ts';

/** The plan of an organization, and its requests by day. */
export interface Usage {
  /** `null` for none. */
  readonly plan: string | null;
  /** A change that is not done. */
  readonly change?: { readonly plan: string | null; readonly activeAt: string };
  /** Empty without a plan: organizations without one share a meter. */
  readonly days: readonly DayOfUse[];
}

/** Shows the requests that the meter of an organization's plan has counted, from one day to another, both UTC. */
export async function usageOf(
  { plans, organizationPlans, meters }: { plans: Plans; organizationPlans: OrganizationPlans; meters: Meters },
  { from, to }: { readonly from: string; readonly to: string },
  { actor }: Initiator,
): Promise<Result<Usage, Failure>> {
  const stored = await organizationPlans.read(actor.organizationId);
  if (!stored.ok) return stored;
  const { plan, change } = stored.value;
  const isMetered = plan !== undefined && Object.hasOwn(plans, plan);
  const days = isMetered ? await meters.usage(actor.organizationId, plan, from, to) : ok([]);
  if (!days.ok) return days;
  const pending = change && { change: { plan: change.to ?? null, activeAt: change.activeAt } };
  return ok({ plan: plan ?? null, ...pending, days: days.value });
}
