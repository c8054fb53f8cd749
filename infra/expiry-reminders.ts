import { RemovalPolicy } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import { ApiFunction } from './lambda/api-function.ts';
import { allowScheduling, schedulerRole } from './scheduler-role.ts';

interface ExpiryRemindersProps {
  /** Distinguishes this deployment's metrics from others in the account. */
  readonly deployment: string;
  readonly config: Config;
}

/** Puts events on the audit bus before keys end: one-time schedules invoke one function, which plans the next. */
export class ExpiryReminders extends Construct {
  /** Reminds of a key, if the key still needs it. */
  readonly function: ApiFunction;
  readonly #group: ScheduleGroup;
  readonly #role: Role;

  constructor(scope: Construct, id: string, { deployment, config }: ExpiryRemindersProps) {
    super(scope, id);
    this.function = new ApiFunction(this, 'Function', { entry: 'remind-expiry', memoryMb: 512, config });
    this.function.addEnvironment('METRICS_DEPLOYMENT', deployment);
    this.#group = new ScheduleGroup(this, 'Schedules', { removalPolicy: RemovalPolicy.DESTROY }); // nobody was promised them
    this.#role = schedulerRole(this, this.#group.scheduleGroupArn, this.function);
    this.#allow(this.function); // it knows its own ARN by its invocation
  }

  /** Lets a function that makes keys plan reminders. */
  grantPlan(maker: ApiFunction): void {
    maker.addEnvironment('REMINDER_TARGET_ARN', this.function.functionArn);
    this.#allow(maker);
  }

  #allow(planner: ApiFunction): void {
    planner.addEnvironment('REMINDER_SCHEDULE_GROUP', this.#group.scheduleGroupName);
    planner.addEnvironment('REMINDER_ROLE_ARN', this.#role.roleArn);
    allowScheduling(planner, { group: this.#group, role: this.#role, actions: ['scheduler:CreateSchedule'] });
  }
}
