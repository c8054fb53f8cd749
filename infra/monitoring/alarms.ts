import { Alarm, ComparisonOperator, type IMetric, type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { AlarmSpec } from './alarm-spec.ts';
import { type CacheSettings, cacheAlarms } from './cache-alarms.ts';
import { expression, sumOf } from './expressions.ts';
import type { KeyMetrics } from './metrics.ts';
import { type PlanMetrics, planAlarms } from './plan-alarms.ts';
import { serviceAlarms } from './service-alarms.ts';

/** The metrics of alarms that AWS itself measures. */
export interface ServiceMetrics {
  /** Requests and server errors of the customers' API. */
  readonly requests: Metric;
  readonly serverErrors: Metric;
  /** Throttled invocations of the authorizer, and requests over the API's limits if they are logged. */
  readonly throttles: readonly Metric[];
  /** Messages of the work queue: the visible ones, and the ones in progress or waiting for a retry. */
  readonly work: readonly Metric[];
  readonly deadLetters: Metric;
  /** Server errors of the operators' API. */
  readonly operatorErrors: IMetric;
  /** Invocations of the authorizer beyond its provisioned concurrency; `undefined` without it. */
  readonly spilled: IMetric | undefined;
  /** Requests of the canary that failed; `undefined` without one. */
  readonly canaryErrors: IMetric | undefined;
}

/** The alarms of a deployment, all on one topic. A customer's bad keys ring only `Denials`. */
export function createAlarms(
  scope: Construct,
  topic: ITopic,
  keys: KeyMetrics,
  aws: ServiceMetrics,
  cache: CacheSettings,
  plans: PlanMetrics | undefined,
): Alarm[] {
  const specs = [
    ...decisionAlarms(keys),
    ...cacheAlarms(keys, cache),
    ...trafficAlarms(aws),
    ...changeAlarms(keys, aws),
    ...denialAlarms(keys),
    ...serviceAlarms(aws),
    ...planAlarms(keys, plans),
  ];
  return specs.map(
    ({ id, metric, above, in: [datapointsToAlarm, evaluationPeriods], ringsWithoutData, description }) => {
      const alarm = new Alarm(scope, `${id}Alarm`, {
        alarmDescription: description,
        metric,
        threshold: above,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluationPeriods,
        datapointsToAlarm,
        treatMissingData: ringsWithoutData ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(new SnsAction(topic));
      alarm.addOkAction(new SnsAction(topic)); // pagers resolve with it
      return alarm;
    },
  );
}

/** Alarms for requests without a decision, or with a slow one. */
function decisionAlarms(keys: KeyMetrics): AlarmSpec[] {
  return [
    {
      id: 'OutageRate',
      metric: expression('100 * FILL(outages, 0) / (FILL(allowed, 0) + FILL(denied, 0) + FILL(outages, 0))', {
        outages: keys.sum('Outages'),
        allowed: keys.sum('Allowed'),
        denied: keys.sum('Denied'),
      }),
      above: 5,
      in: [2, 3],
      description:
        'More than 5 % of requests get 503, because their key could not be checked. First: is CredentialsRefused ringing? Then the fault is ours: follow that alarm. Otherwise check the status of Scalekit, and the reason in the lines "no decision" in the log of the authorizer.',
    },
    {
      id: 'CredentialsRefused',
      metric: keys.sum('CredentialsRefused'),
      above: 0,
      in: [2, 3],
      description:
        'Scalekit refuses our own client: its secret was rotated or revoked, or it lost a permission. No customer is at fault. First: npm run secrets with the values that Scalekit shows. They take effect within seconds, without a deployment.',
    },
    {
      id: 'RateLimited',
      metric: keys.sum('RateLimited'),
      above: 0,
      in: [2, 3],
      description:
        'Scalekit limits our calls, so requests get 503 for as long as Scalekit asks us to wait. First: set or raise decisionCacheSeconds, which avoids most calls. Then ask Scalekit to raise the limit of the environment. If traffic has not grown, find the caller that sends most in the access log.',
    },
    {
      id: 'DecisionLatency',
      metric: keys.percentile('DecisionLatency', 99),
      above: 600,
      in: [3, 5],
      description:
        'One decision in a hundred takes more than 0.6 s. If Scalekit does not answer within 0.8 s, the request gets 503. First: compare UpstreamLatency on the dashboard. If it is equally high, Scalekit is slow. Otherwise check the saved query of slowest decisions, and the memory of the authorizer.',
    },
  ];
}

/** Alarms for requests that failed, or were too many. */
function trafficAlarms(aws: ServiceMetrics): AlarmSpec[] {
  return [
    {
      id: 'ServerErrors',
      metric: expression('100 * FILL(errors, 0) / requests', { errors: aws.serverErrors, requests: aws.requests }),
      above: 1,
      in: [3, 5],
      description:
        'More than 1 % of responses are 5xx. First: is OutageRate ringing? Then follow that alarm. Otherwise find the requests with status >= 500 in the access log, and their requestId in the log of the function of that route.',
    },
    {
      id: 'Throttles',
      metric: sumOf(aws.throttles),
      above: 10,
      in: [3, 5],
      description:
        'Too many requests, so some are refused: over the limits of the API (429), or over the concurrency of the account (503). First: check in the access log whether one sourceIp or organizationId sends most. If traffic has grown, raise throttleRatePerSecond, or the quota of the account.',
    },
  ];
}

/** Alarms for changes of keys that are not finished. */
function changeAlarms(keys: KeyMetrics, aws: ServiceMetrics): AlarmSpec[] {
  return [
    {
      id: 'MarkFailures',
      metric: keys.sum('MarkFailures'),
      above: 0,
      in: [1, 1],
      description:
        'A key was ended, but its mark could not be written to the table of the decision cache (the response was 503 cache_not_flushed). With decisionCacheSeconds set, a cached decision may still be used. First: revoke the key again by its id. Then check the throttling and the permissions of the table.',
    },
    {
      id: 'AuditFailures',
      metric: keys.sum('AuditFailures'),
      above: 0,
      in: [1, 1],
      description:
        'A change of a key is missing on the audit bus. It is in the log. First: run the saved query of changes of keys. The line audit_not_sent has the reason, and the line audit of the same key has the event to send again.',
    },
    {
      id: 'WorkWaits',
      // Not the age of the oldest message: SQS leaves out messages that were received more than three times.
      metric: sumOf(aws.work),
      above: 0,
      in: [10, 10],
      description:
        'Keys of users who left, or rotated keys, still work: their revocation has failed for 10 minutes, and is retried every 5 minutes. First: is OutageRate ringing? Then this alarm ends by itself once Scalekit recovers. Otherwise the log of ResumeWork has the failure.',
    },
    {
      id: 'WebhookFailures',
      metric: keys.sum('WebhookFailures'),
      above: 0,
      in: [1, 1],
      description:
        'An event that Scalekit signed was not processed: a user who left may keep their keys. First: the log of ScalekitWebhook has the failure and the eventId. Revoke the keys of that user by hand (npm run keys -- revoke), and fix the cause: Scalekit sends an event at most four times.',
    },
    {
      id: 'DeadLetters',
      metric: aws.deadLetters,
      above: 0,
      in: [1, 1],
      description:
        'After hours of retries, a key is still not revoked: a rotated key, or a key of a user who left. First: fix the cause, which is in the log of ResumeWork. Then npm run keys -- redrive retries each revocation. Revoke urgent keys at once (npm run keys -- revoke).',
    },
  ];
}

/** The alarm for bad keys. */
function denialAlarms(keys: KeyMetrics): AlarmSpec[] {
  return [
    {
      id: 'Denials',
      metric: expression('IF(FILL(denied, 0) > 100, 100 * denied / (denied + FILL(allowed, 0)), 0)', {
        denied: keys.sum('Denied', 'Denied', 5),
        allowed: keys.sum('Allowed', 'Allowed', 5),
      }),
      above: 50,
      in: [1, 1],
      description:
        'More than half of the requests have bad keys, and more than 100 in 5 minutes. The service is healthy: a customer is using an expired or revoked key, or someone is guessing keys. First: the saved query of denials by code shows the addresses. Inform the customer, or block the address (setting waf).',
    },
  ];
}
