import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import { ApiFunction } from './lambda/api-function.ts';
import type { ScalekitParameters } from './scalekit-parameters.ts';

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
    // The schedule is in the account's default group. Another account's schedules must not use the role.
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
