import { Duration, Stack } from 'aws-cdk-lib';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import { ApiFunction } from './lambda/api-function.ts';
import type { ScalekitParameters } from './scalekit-parameters.ts';
import { schedulerRole } from './scheduler-role.ts';

interface CanaryProps {
  readonly config: Config;
  /** The URL of the customers' API. */
  readonly url: string;
  readonly parameters: ScalekitParameters;
}

/** The time between two runs. */
const period = Duration.minutes(1);

/**
 * Sends one request per minute to the customers' API, with a key of its own. Without it, an API without traffic looks the same as
 * an API that is down.
 */
export class Canary extends Construct {
  /** Its metric `Errors` counts the requests that failed. */
  readonly function: ApiFunction;

  constructor(scope: Construct, id: string, { config, url, parameters }: CanaryProps) {
    super(scope, id);
    this.function = new ApiFunction(this, 'Function', { entry: 'canary', memoryMb: 512, timeoutSeconds: 20, config });
    // Every API with keys has this route. The key sees only itself.
    this.function.addEnvironment('CANARY_URL', `${url}/keys?pageSize=1`);
    parameters.grantReadCanaryKey(this.function);
    this.function.configureAsyncInvoke({ retryAttempts: 0 });
    // The schedule is in the account's default group.
    const group = { service: 'scheduler', resource: 'schedule-group', resourceName: 'default' };
    const role = schedulerRole(this, Stack.of(this).formatArn(group), this.function);
    new CfnSchedule(this, 'Schedule', {
      scheduleExpression: 'rate(1 minute)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: this.function.functionArn,
        roleArn: role.roleArn,
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: period.toSeconds() },
      },
    });
  }
}
