import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { AlarmSpec } from './alarm-spec.ts';
import type { KeyMetrics } from './metrics.ts';

/** What alarms on plans watch. */
export interface PlanMetrics {
  /** Requests that API Gateway refused because it knows no such meter; `undefined` without an access log. */
  readonly notMetered: IMetric | undefined;
}

/** Alarms for requests that count nowhere, or not as they should. Without plans there are none. */
export function planAlarms(keys: KeyMetrics, plans: PlanMetrics | undefined): AlarmSpec[] {
  if (!plans) return [];
  return [
    ...(plans.notMetered ? [refused(plans.notMetered)] : []),
    {
      id: 'UnknownPlans',
      metric: keys.sum('UnknownPlans'),
      above: 0,
      in: [3, 5],
      description:
        'Keys have a plan that the setting plans does not have. Their requests count on the shared meter, without limits. First: put the plan back into the settings, or give those organizations another plan: npm run keys -- set-plan. The log of the authorizer names the organizations.',
    },
    {
      id: 'PlanChanges',
      metric: keys.sum('PlanFailures'),
      above: 0,
      in: [3, 5],
      description:
        'Keys of an organization do not get its new plan. The change is tried again every minute. First: find plan_work_failed in the log of ApplyPlan: it names the reason, and the key if it is one. If the work has stopped, repeat npm run keys -- set-plan.',
    },
    {
      id: 'Meters',
      metric: keys.percentile('Meters', 100),
      above: 8_000,
      in: [1, 1],
      description:
        'The account has more than 8,000 API keys of API Gateway in this region. At 10,000, which AWS does not raise, no organization can get a plan. First: remove the plan of organizations that need none.',
    },
  ];
}

function refused(metric: IMetric): AlarmSpec {
  return {
    id: 'NotMetered',
    metric,
    above: 0,
    in: [2, 3],
    description:
      "API Gateway knows no meter for an organization's plan, so good keys get 503 not_metered. First: find the organizations in the access log (errorType INVALID_API_KEY), and repeat npm run keys -- set-plan for each.",
  };
}
