import { Duration, Stack } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import type { Alarm, Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, type LogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { metricNamespace } from '../../shared/deployment.ts';
import type { ApiFunction } from '../lambda/api-function.ts';
import { createAlarms, type ServiceMetrics } from './alarms.ts';
import type { CacheSettings } from './cache-alarms.ts';
import { createDashboard } from './dashboard.ts';
import { KeyMetrics } from './metrics.ts';
import type { PlanMetrics } from './plan-alarms.ts';
import { saveQueries } from './queries.ts';

interface MonitoringProps {
  /** Distinguishes this deployment's metrics from others in the account. */
  readonly deployment: string;
  readonly authorizer: ApiFunction;
  /** The functions that create, change or end keys, and record it. */
  readonly recorders: readonly ApiFunction[];
  /** The stage of the customers' API. */
  readonly stage: Stage;
  /** The stage of the operators' API. */
  readonly operatorStage: Stage;
  /** The alias that requests invoke, if environments of the authorizer are kept warm. */
  readonly warmAuthorizer: IFunction | undefined;
  /** `undefined` without the setting. */
  readonly canary: IFunction | undefined;
  /** `undefined` for a new topic. */
  readonly alarmTopic: ITopic | undefined;
  /** Gets every alarm. */
  readonly alarmEmail: string | undefined;
  /** The access log of the customers' API; `undefined` for an adopted API. */
  readonly accessLog: LogGroup | undefined;
  /** The queue of unfinished work. */
  readonly work: Queue;
  readonly deadLetters: Queue;
  /** If the cache is on, it has alarms and a part of the dashboard. */
  readonly decisionCache: CacheSettings;
  /** Organizations have plans. */
  readonly hasPlans: boolean;
}

/** Monitoring of a deployment: metrics, alarms on one topic, a dashboard, and saved log queries. */
export class Monitoring extends Construct {
  /** The topic of every alarm; subscribe to it. */
  readonly topic: ITopic;
  readonly alarms: readonly Alarm[];
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { deployment, authorizer, recorders, stage, accessLog, work, deadLetters } = props;
    this.topic = props.alarmTopic ?? this.#newTopic();
    if (props.alarmEmail !== undefined) this.topic.addSubscription(new EmailSubscription(props.alarmEmail));
    const minute = { period: Duration.minutes(1) };
    const sum = { statistic: 'Sum', ...minute };
    const aws: ServiceMetrics = {
      requests: stage.metricCount(minute),
      serverErrors: stage.metricServerError(sum),
      throttles: [authorizer.metricThrottles(minute), ...this.#throttledRequests(deployment, accessLog)],
      work: [
        work.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', ...minute }),
        work.metricApproximateNumberOfMessagesNotVisible({ statistic: 'Maximum', ...minute }),
      ],
      operatorErrors: props.operatorStage.metricServerError(sum),
      spilled: props.warmAuthorizer?.metric('ProvisionedConcurrencySpilloverInvocations', sum),
      canaryErrors: props.canary?.metricErrors(sum),
      deadLetters: deadLetters.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', ...minute }),
    };
    const keys = new KeyMetrics(deployment);
    const alarms = createAlarms(this, this.topic, keys, aws, props.decisionCache, this.#plansOf(props));
    this.alarms = alarms;
    this.dashboard = createDashboard(this, deployment, alarms, keys, aws, props.decisionCache.decisionCacheSeconds > 0);
    saveQueries(this, deployment, { accessLog, audit: recorders.map(({ logGroup }) => logGroup) });
  }

  /** An alarm by its id. Throws if the settings leave it out. */
  alarm(id: string): Alarm {
    return this.node.findChild(`${id}Alarm`) as Alarm;
  }

  /** A topic with its own policy loses the default policy, which lets the account's alarms publish. */
  #newTopic(): Topic {
    const topic = new Topic(this, 'AlarmTopic', { enforceSSL: true });
    const { account, region, partition } = Stack.of(this);
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: {
          ArnLike: { 'aws:SourceArn': `arn:${partition}:cloudwatch:${region}:${account}:alarm:*` },
          StringEquals: { 'aws:SourceAccount': account },
        },
      }),
    );
    return topic;
  }

  #plansOf({ hasPlans, deployment, accessLog }: MonitoringProps): PlanMetrics | undefined {
    if (!hasPlans) return undefined;
    const [notMetered] = this.#logged('NotMetered', '$.errorType', 'INVALID_API_KEY', deployment, accessLog);
    return { notMetered };
  }

  /** API Gateway counts a 429 as one of all 4xx. The access log has the exact status. */
  #throttledRequests(deployment: string, accessLog: LogGroup | undefined) {
    return this.#logged('ThrottledRequests', '$.status', '429', deployment, accessLog);
  }

  /** The number of requests whose line in the access log has a value. */
  #logged(name: string, field: string, value: string, deployment: string, accessLog: LogGroup | undefined) {
    if (!accessLog) return [];
    const filter = new MetricFilter(this, name, {
      logGroup: accessLog,
      filterPattern: FilterPattern.stringValue(field, '=', value),
      metricNamespace: `${metricNamespace}/${deployment}`, // a filter has no constant dimension
      metricName: name,
      metricValue: '1',
    });
    return [filter.metric({ statistic: 'Sum', period: Duration.minutes(1) })];
  }
}
