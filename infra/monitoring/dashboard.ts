import { Stack } from 'aws-cdk-lib';
import { type Alarm, AlarmStatusWidget, Dashboard, GraphWidget, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { MetricName } from '../../shared/deployment.ts';
import type { ServiceMetrics } from './alarms.ts';
import type { KeyMetrics } from './metrics.ts';

/** One page: what rings, who is refused and why, how fast, and what happens to keys. */
export function createDashboard(
  scope: Construct,
  deployment: string,
  alarms: Alarm[],
  keys: KeyMetrics,
  aws: ServiceMetrics,
  isCaching: boolean,
): Dashboard {
  const graph = (title: string, left: IMetric[], right: IMetric[] = []) =>
    new GraphWidget({ title, left, right, width: 8, height: 6 });
  const sums = (...names: MetricName[]) => names.map((name) => keys.sum(name));
  const percentiles = (name: MetricName) => [keys.percentile(name, 50), keys.percentile(name, 99)];
  return new Dashboard(scope, 'Dashboard', {
    dashboardName: `${deployment}-${Stack.of(scope).region}`, // dashboards of all regions share their names
    widgets: [
      [new AlarmStatusWidget({ title: 'Alarms', alarms, width: 24, height: 3 })],
      [
        graph('Decisions', sums('Allowed', 'Denied', 'Outages')),
        graph('Denials by code', [keys.byCode('Denied')]),
        graph('Outages by reason', [keys.byCode('Outages')]),
      ],
      [
        graph('A decision takes, ms', percentiles('DecisionLatency')),
        graph('A call of Scalekit takes, ms', percentiles('UpstreamLatency')),
        graph('Calls of Scalekit that failed', sums('UpstreamFailures', 'CredentialsRefused', 'RateLimited')),
      ],
      [
        graph('Requests and 5xx', [aws.requests], [aws.serverErrors]),
        graph('Throttled', [...aws.throttles]),
        graph('Left to do', sums('MarkFailures', 'AuditFailures', 'WebhookFailures'), [...aws.work, aws.deadLetters]),
      ],
      [
        graph('Keys', sums('KeysCreated', 'KeysUpdated', 'KeysRotated', 'KeysRevoked')),
        ...(isCaching
          ? [
              graph('Decision cache', sums('CacheHits', 'CacheMisses', 'GraceUses')),
              graph('Misses by reason', [keys.byCode('CacheMisses', 'missReason')]),
              graph('Cache trouble', sums('CacheReadFailures', 'FutureDecisions')),
            ]
          : []),
      ],
    ],
  });
}
