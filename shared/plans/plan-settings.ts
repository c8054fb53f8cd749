import { readEnvironment, requireEnvironment } from '../environment.ts';
import type { UsagePlan } from '../usage-plans.ts';

/** The plans of the setting, by name. */
export type Plans = Readonly<Record<string, UsagePlan>>;

/** The setting `plans`; `undefined` if requests are not metered. */
export function plansFromEnvironment(): Plans | undefined {
  const text = readEnvironment('PLANS');
  return text === undefined ? undefined : (JSON.parse(text) as Plans);
}

/** The id of each plan's usage plan in API Gateway. */
export function usagePlanIdsFromEnvironment(): Readonly<Record<string, string>> {
  return JSON.parse(requireEnvironment('USAGE_PLAN_IDS')) as Record<string, string>;
}
