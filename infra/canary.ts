import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import { ApiFunction } from './lambda/api-function.ts';
import type { ScalekitParameters } from './scalekit-parameters.ts';

interface CanaryProps {
  readonly config: Config;
  /** The customers' API. */
  readonly url: string;
  readonly parameters: ScalekitParameters;
}

/** The next run comes after it. */
const period = Duration.minutes(1);

/**
 * Sends one request per minute to the customers' API, with a key of its own. Without it, an API that has no traffic and an API
 * that answers nobody look alike.
 */
export class Canary extends Construct {
  /** Its `Errors` are the requests that failed. */
  readonly function: ApiFunction;

  constructor(scope: Construct, id: string, { config, url, parameters }: CanaryProps) {
    super(scope, id);
    this.function = new ApiFunction(this, 'Function', { entry: 'canary', memoryMb: 512, timeoutSeconds: 20, config });
    // A route that every API with keys has. The key sees itself alone.
    this.function.addEnvironment('CANARY_URL', `${url}/keys?pageSize=1`);
    parameters.grantReadCanaryKey(this.function);
    this.function.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: period });
    new CfnSchedule(this, 'Schedule', {
      scheduleExpression: 'rate(1 minute)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: this.function.functionArn,
        roleArn: this.#schedulerRole().roleArn,
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: period.toSeconds() },
      },
    });
  }

  #schedulerRole(): Role {
    // The schedule is in the account's default group. Another account's schedules must not borrow the role.
    const group = Stack.of(this).formatArn({
      service: 'scheduler',
      resource: 'schedule-group',
      resourceName: 'default',
    });
    const ours = { 'aws:SourceAccount': Stack.of(this).account, 'aws:SourceArn': group };
    const role = new Role(this, 'SchedulerRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', { conditions: { StringEquals: ours } }),
    });
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.function.functionArn] }),
    );
    return role;
  }
}
