import { Stack } from 'aws-cdk-lib';
import { type Alarm, AlarmStatusWidget, Dashboard, GraphWidget, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { MetricName } from '../../shared/deployment.ts';
import type { ServiceMetrics } from './alarms.ts';
import type { KeyMetrics } from './metrics.ts';

/** One page: alarms, refusals and their reasons, latencies, and changes of keys. */
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
    dashboardName: `${deployment}-${Stack.of(scope).region}`, // dashboards of all regions share one namespace
    widgets: [
      [new AlarmStatusWidget({ title: 'Alarms', alarms, width: 24, height: 3 })],
      [
        graph('Decisions', sums('Allowed', 'Denied', 'Outages')),
        graph('Denials by code', [keys.byCode('Denied')]),
        graph('Outages by reason', [keys.byCode('Outages')]),
      ],
      [
        graph('Decision latency, ms', percentiles('DecisionLatency')),
        graph('Scalekit latency, ms', percentiles('UpstreamLatency')),
        graph('Failed calls to Scalekit', sums('UpstreamFailures', 'CredentialsRefused', 'RateLimited')),
      ],
      [
        graph('Requests and 5xx', [aws.requests], [aws.serverErrors]),
        graph('Throttled', [...aws.throttles]),
        graph('Unfinished work', sums('MarkFailures', 'AuditFailures', 'WebhookFailures'), [
          ...aws.work,
          aws.deadLetters,
        ]),
      ],
      [
        graph('Keys', sums('KeysCreated', 'KeysUpdated', 'KeysRotated', 'KeysRevoked')),
        ...(isCaching
          ? [
              graph('Decision cache', sums('CacheHits', 'CacheMisses', 'GraceUses')),
              graph('Misses by reason', [keys.byCode('CacheMisses', 'missReason')]),
              graph('Cache failures', sums('CacheReadFailures', 'CacheWriteFailures', 'FutureDecisions')),
            ]
          : []),
      ],
    ],
  });
}
