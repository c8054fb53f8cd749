import { Alarm, ComparisonOperator, type IMetric, type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { AlarmSpec } from './alarm-spec.ts';
import { type CacheSettings, cacheAlarms } from './cache-alarms.ts';
import { expression, sumOf } from './expressions.ts';
import type { KeyMetrics } from './metrics.ts';
import { serviceAlarms } from './service-alarms.ts';

/** What alarms look at that AWS measures itself. */
export interface ServiceMetrics {
  /** Requests and server errors of the customers' API. */
  readonly requests: Metric;
  readonly serverErrors: Metric;
  /** Invocations of the authorizer that Lambda would not start, and requests over the API's limits where they are logged. */
  readonly throttles: readonly Metric[];
  /** Messages of the work queue: those that wait, and those that are tried or wait for the next attempt. */
  readonly work: readonly Metric[];
  readonly deadLetters: Metric;
  /** Server errors of the operators' API. */
  readonly operatorErrors: IMetric;
  /** Invocations of the authorizer beyond what is provisioned; `undefined` where nothing is. */
  readonly spilled: IMetric | undefined;
  /** Requests of the canary that failed; `undefined` without one. */
  readonly canaryErrors: IMetric | undefined;
}

/** The alarms of a deployment, all to one topic. A customer's bad keys ring `Denials` and no other. */
export function createAlarms(
  scope: Construct,
  topic: ITopic,
  keys: KeyMetrics,
  aws: ServiceMetrics,
  cache: CacheSettings,
): Alarm[] {
  const specs = [
    ...decisionAlarms(keys),
    ...cacheAlarms(keys, cache),
    ...trafficAlarms(aws),
    ...changeAlarms(keys, aws),
    ...denialAlarms(keys),
    ...serviceAlarms(aws),
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
      alarm.addOkAction(new SnsAction(topic)); // pagers resolve by it
      return alarm;
    },
  );
}

/** Requests that nobody could decide on, or not soon. */
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
        'More than 5 % of requests are answered 503, as nobody could tell whether their key is good. First: is CredentialsRefused ringing? Then it is ours, see there. Else look at the status of Scalekit, and at "no decision" in the log of the authorizer, whose reason tells.',
    },
    {
      id: 'CredentialsRefused',
      metric: keys.sum('CredentialsRefused'),
      above: 0,
      in: [2, 3],
      description:
        'Scalekit refuses our own client: its secret was rotated or revoked, or it lost a permission. No customer is at fault. First: npm run secrets with the values that Scalekit shows; they count within seconds, without a deployment.',
    },
    {
      id: 'RateLimited',
      metric: keys.sum('RateLimited'),
      above: 0,
      in: [2, 3],
      description:
        'Scalekit limits how many calls we make, so that requests are answered 503 for as long as it asks us to wait. First: set decisionCacheSeconds, which takes most calls away, or raise it; then ask Scalekit to raise the limit of the environment. If traffic has not grown, look in the access log for who sends most.',
    },
    {
      id: 'DecisionLatency',
      metric: keys.percentile('DecisionLatency', 99),
      above: 600,
      in: [3, 5],
      description:
        'One decision in a hundred takes more than 0.6 s. If Scalekit does not answer within 0.8 s, the request is a 503. First: compare UpstreamLatency on the dashboard. If it is as high, Scalekit is slow. If not, look at the slowest decisions in the saved query, and at the memory of the authorizer.',
    },
  ];
}

/** Requests that failed, or were too many. */
function trafficAlarms(aws: ServiceMetrics): AlarmSpec[] {
  return [
    {
      id: 'ServerErrors',
      metric: expression('100 * FILL(errors, 0) / requests', { errors: aws.serverErrors, requests: aws.requests }),
      above: 1,
      in: [3, 5],
      description:
        'More than 1 % of answers are 5xx. First: does OutageRate ring? Then it is that. Else find the requests with status >= 500 in the access log, and their requestId in the log of the function of that route.',
    },
    {
      id: 'Throttles',
      metric: sumOf(aws.throttles),
      above: 10,
      in: [3, 5],
      description:
        'Requests are refused for being too many: over the limits of the API (429), or over the concurrency of the account (503). First: see in the access log whether one sourceIp or organizationId sends most. If it is growth, raise throttleRatePerSecond, or the quota of the account.',
    },
  ];
}

/** Changes of keys of which a part is left to do. */
function changeAlarms(keys: KeyMetrics, aws: ServiceMetrics): AlarmSpec[] {
  return [
    {
      id: 'MarkFailures',
      metric: keys.sum('MarkFailures'),
      above: 0,
      in: [1, 1],
      description:
        'A key was ended, but the table of the decision cache could not be told (the answer was 503 cache_not_flushed). With decisionCacheSeconds set, a cached decision may still be used. First: revoke the key again by its id; then look at the throttling and the permissions of the table.',
    },
    {
      id: 'AuditFailures',
      metric: keys.sum('AuditFailures'),
      above: 0,
      in: [1, 1],
      description:
        'A change of a key is not on the audit bus. It is in the log. First: run the saved query of changes of keys; the line audit_not_sent tells why, and the line audit of the same key is what to send again.',
    },
    {
      id: 'WorkWaits',
      // Not the age of the oldest message: SQS leaves out messages that were received more than three times.
      metric: sumOf(aws.work),
      above: 0,
      in: [10, 10],
      description:
        'Keys of users who left, or rotated keys, are still good: their revocation has failed for 10 minutes, and is tried every 5 minutes. First: does OutageRate ring? Then it ends by itself once Scalekit is well. Else the log of ResumeWork has the failure.',
    },
    {
      id: 'WebhookFailures',
      metric: keys.sum('WebhookFailures'),
      above: 0,
      in: [1, 1],
      description:
        'An event that Scalekit signed was not taken: somebody who left may keep their keys. First: the log of ScalekitWebhook has the failure and the eventId. Revoke the keys of that user by hand (npm run keys -- revoke), and mend the cause: Scalekit sends an event four times at most.',
    },
    {
      id: 'DeadLetters',
      metric: aws.deadLetters,
      above: 0,
      in: [1, 1],
      description:
        'A key that should have been revoked was not, after hours of attempts: a rotated key, or one of a user who left. First: mend the cause, which the log of ResumeWork has; then npm run keys -- redrive has each tried again. Revoke at once what cannot wait (npm run keys -- revoke).',
    },
  ];
}

/** Bad keys. */
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
        'More than half of the requests have bad keys, and more than 100 in 5 minutes. We are well: a customer uses a key that is over, or somebody tries keys. First: the saved query of denials by code shows the addresses; tell the customer, or block the address (setting waf).',
    },
  ];
}
