import { suspensionsFromEnvironment } from '../decision-cache/suspensions.ts';
import { requireEnvironment } from '../environment.ts';
import { keyServices } from '../keys/key-services.ts';
import { createMetrics, type Metrics } from '../metrics.ts';
import { organizationDirectoryOf } from '../scalekit/organizations.ts';
import { limitsFromEnvironment, sdkCalls } from '../scalekit/sdk-calls.ts';
import { secretsFromEnvironment } from '../scalekit/secrets.ts';
import type { PlanWorkServices } from './apply-plan.ts';
import { type Meters, metersFromEnvironment } from './meters.ts';
import { type OrganizationPlans, organizationPlansFromEnvironment } from './organization-plans.ts';
import { planScheduleFromEnvironment } from './plan-schedule.ts';
import { type Plans, plansFromEnvironment } from './plan-settings.ts';
import type { PlanServices } from './set-plan.ts';

/** The services that the function's environment names, for a change of a plan. */
export function planServices(): PlanServices {
  const metrics = createMetrics();
  const calls = sdkCalls(secretsFromEnvironment(), limitsFromEnvironment(), metrics);
  return {
    ...usageServices(),
    organizations: organizationDirectoryOf(calls),
    schedule: planScheduleFromEnvironment(),
    activationMs: Number(requireEnvironment('PLAN_ACTIVATION_SECONDS')) * 1_000,
    metrics,
  };
}

/** The same, to show the use of a plan. */
export function usageServices(): {
  readonly plans: Plans;
  readonly organizationPlans: OrganizationPlans;
  readonly meters: Meters;
  readonly metrics: Metrics;
} {
  return {
    plans: plansFromEnvironment() ?? {},
    organizationPlans: organizationPlansFromEnvironment(),
    meters: metersFromEnvironment(),
    metrics: createMetrics(),
  };
}

/** The same, for work that is due. The function that does it knows its own ARN by its invocation. */
export function planWorkServices(): { (targetArn: string): PlanWorkServices; readonly metrics: Metrics } {
  const services = {
    ...keyServices(),
    planOf: undefined,
    suspensions: suspensionsFromEnvironment(),
    organizationPlans: organizationPlansFromEnvironment(),
    meters: metersFromEnvironment(),
  };
  const { metrics } = services;
  const of = (targetArn: string) => ({ ...services, schedule: planScheduleFromEnvironment(targetArn) });
  return Object.assign(of, { metrics });
}
