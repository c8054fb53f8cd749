import { readEnvironment } from '../environment.ts';
import type { PlanOf } from '../keys/plan-of-organization.ts';
import { ok } from '../result.ts';
import { organizationPlansFromEnvironment } from './organization-plans.ts';

/** Finds the plans of organizations; `undefined` without the setting `plans`. */
export function planOfFromEnvironment(): PlanOf | undefined {
  if (readEnvironment('PLANS') === undefined) return undefined;
  const plans = organizationPlansFromEnvironment();
  return async (organizationId) => {
    const stored = await plans.read(organizationId);
    return stored.ok ? ok(stored.value.plan) : stored;
  };
}
