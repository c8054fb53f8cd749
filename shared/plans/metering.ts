import type { Caller } from '../authentication/caller.ts';
import { causeOf, logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { meterOf, ratePolicyOf, sharedMeterOf } from './meter.ts';
import { type OrganizationPlans, organizationPlansFromEnvironment } from './organization-plans.ts';
import { type Plans, plansFromEnvironment } from './plan-settings.ts';

/** Where a request counts. */
export interface Metered {
  /** The value that API Gateway counts by. */
  readonly meter: string;
  /** The caller's plan; absent for none. */
  readonly plan?: string;
  /** The value of the header `RateLimit-Policy`; absent without a plan. */
  readonly ratePolicy?: string;
}

/** Finds where the requests of a caller count. Never fails: without an answer they count on the shared meter. */
export type Metering = (apiId: string, caller: Caller) => Promise<Metered>;

/** How long the plan of an organization whose callers have tokens is remembered. */
const memoryMs = 30_000;
const maxRemembered = 10_000;

/** The metering that the function's environment asks for; `undefined` if there are no plans. */
export function meteringFromEnvironment(metrics: Metrics): Metering | undefined {
  const plans = plansFromEnvironment();
  return plans && meteringBy(plans, organizationPlansFromEnvironment, metrics);
}

/** Makes a metering. A key carries its plan; a session or client does not, so that of its organization is read. */
export function meteringBy(plans: Plans, open: () => OrganizationPlans, metrics: Metrics): Metering {
  let organizations: OrganizationPlans | undefined;
  const remembered = new Map<string, { readonly plan: string | undefined; readonly until: number }>();

  async function planOfOrganization(organizationId: string): Promise<string | undefined> {
    const known = remembered.get(organizationId);
    if (known && known.until > Date.now()) return known.plan;
    organizations ??= open();
    const read = await organizations.read(organizationId);
    if (!read.ok) {
      logger.error('plan_not_read', { organizationId, ...causeOf(read.failure.cause) });
      return known?.plan;
    }
    if (remembered.size >= maxRemembered) remembered.clear();
    remembered.set(organizationId, { plan: read.value.plan, until: Date.now() + memoryMs });
    return read.value.plan;
  }

  return async (apiId, caller) => {
    const { organizationId } = caller;
    const name = caller.keyId === undefined ? await planOfOrganization(organizationId) : caller.customClaims['plan'];
    if (name === undefined) return { meter: sharedMeterOf(apiId) };
    const plan = Object.hasOwn(plans, name) ? plans[name] : undefined;
    if (plan) return { meter: meterOf(apiId, organizationId, name), plan: name, ratePolicy: ratePolicyOf(plan) };
    metrics.measure('UnknownPlans');
    return { meter: sharedMeterOf(apiId), plan: name };
  };
}
