import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { AlarmSpec } from './alarm-spec.ts';

const minute = Duration.minutes(1);

/** The percentage of the concurrency quota in use, which all functions of the account share. */
function accountConcurrency(): IMetric {
  const inUse = new Metric({
    namespace: 'AWS/Usage',
    metricName: 'ResourceCount',
    dimensionsMap: { Type: 'Resource', Resource: 'ConcurrentExecutions', Service: 'Lambda', Class: 'None' },
    statistic: 'Maximum',
    period: minute,
  });
  return new MathExpression({
    expression: '100 * inUse / SERVICE_QUOTA(inUse)',
    usingMetrics: { inUse },
    period: minute,
  });
}

interface Watched {
  /** Server errors of the operators' API. */
  readonly operatorErrors: IMetric;
  /** Invocations of the authorizer beyond its provisioned concurrency; `undefined` without it. */
  readonly spilled: IMetric | undefined;
  /** Requests of the canary that failed; `undefined` without one. */
  readonly canaryErrors: IMetric | undefined;
}

/** Alarms for the operators' API, the concurrency of the account, and the canary. */
export function serviceAlarms({ operatorErrors, spilled, canaryErrors }: Watched): AlarmSpec[] {
  return [
    {
      id: 'OperatorErrors',
      metric: operatorErrors,
      above: 0,
      in: [3, 5],
      description:
        "The operators' API answers 5xx: staff and backends cannot manage keys. First: is OutageRate ringing? Then follow that alarm. Otherwise find the requests with status >= 500 in the access log of that API. To revoke a key meanwhile: npm run keys -- revoke --direct.",
    },
    {
      id: 'Concurrency',
      metric: accountConcurrency(),
      above: 80,
      in: [3, 5],
      description:
        'The functions of the account use more than 80 % of its concurrent executions. At 100 % every function of the account is throttled. First: check in Lambda which function uses most. If it is the authorizer, check whether Scalekit is slow. Ask for a higher quota of concurrent executions.',
    },
    ...(spilled ? [spillover(spilled)] : []),
    ...(canaryErrors ? [canary(canaryErrors)] : []),
  ];
}

function spillover(metric: IMetric): AlarmSpec {
  return {
    id: 'Spillover',
    metric,
    above: 0,
    in: [5, 5],
    description:
      'Requests find no provisioned environment of the authorizer, and wait for a cold start. First: compare ConcurrentExecutions of the authorizer with authorizerProvisionedConcurrency, and raise the setting.',
  };
}

function canary(metric: IMetric): AlarmSpec {
  return {
    id: 'Canary',
    metric,
    above: 0,
    in: [3, 5],
    ringsWithoutData: true,
    description:
      'The canary sends one request per minute, and 3 of the last 5 failed or were not sent. Customers probably get the same answer. First: read the status and the code in the log of the canary. If no key is stored or its key is bad: npm run keys -- create --canary. If other alarms ring, follow those.',
  };
}
