import type { Caller } from '../authentication/caller.ts';
import { withPlan } from '../key-claims.ts';
import { rateLimitPolicyKey } from '../usage-plans.ts';
import type { Metered } from './metering.ts';

/** Gives the sender of a token the plan of its organization, so that it governs the organization's keys. A key has its own. */
export function withPlanOfOrganization(caller: Caller, metered: Metered | undefined): Caller {
  if (!metered || caller.keyId !== undefined) return caller;
  return { ...caller, customClaims: withPlan(caller.customClaims, metered.plan) };
}

/** The part of the authorizer's context that tells a backend the limits of the caller. */
export function rateLimitOf(metered: Metered | undefined): Record<string, string> {
  return metered?.ratePolicy === undefined ? {} : { [rateLimitPolicyKey]: metered.ratePolicy };
}
