import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import { keyFunctions, reservedConcurrency } from './key-functions.ts';
import { ApiFunction } from './lambda/api-function.ts';
import { allowScheduling, schedulerRole } from './scheduler-role.ts';

/** Ends the overlap of a rotated key with its successor: one-time schedules invoke one function. */
export class KeyRotation extends Construct {
  /** Revokes a key whose overlap has ended. */
  readonly endOverlap: ApiFunction;
  /** Revocations that were not done: events that could not be delivered, and work that failed for hours. */
  readonly deadLetterQueue: Queue;
  readonly #group: ScheduleGroup;
  readonly #role: Role;

  constructor(scope: Construct, id: string, { config }: { readonly config: Config }) {
    super(scope, id);
    this.deadLetterQueue = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, // each is a key that should be revoked
    });
    this.endOverlap = new ApiFunction(this, 'EndOverlap', {
      ...keyFunctions.EndOverlap,
      config,
      reservedConcurrency: reservedConcurrency(keyFunctions.EndOverlap, config),
      deadLetterQueue: this.deadLetterQueue,
    });
    this.#group = new ScheduleGroup(this, 'Schedules', { removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE }); // responses promised these ends
    this.#role = schedulerRole(this, this.#group.scheduleGroupArn, this.endOverlap);
    this.#role.addToPolicy(
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.deadLetterQueue.queueArn] }),
    );
  }

  /** Lets a function create, update and delete schedules of this group, and pass the role only to EventBridge Scheduler. */
  grantSchedule(rotator: ApiFunction): void {
    rotator.addEnvironment('OVERLAP_SCHEDULE_GROUP', this.#group.scheduleGroupName);
    rotator.addEnvironment('OVERLAP_TARGET_ARN', this.endOverlap.functionArn);
    rotator.addEnvironment('OVERLAP_ROLE_ARN', this.#role.roleArn);
    rotator.addEnvironment('OVERLAP_DEAD_LETTER_ARN', this.deadLetterQueue.queueArn);
    const actions = [
      'scheduler:GetSchedule',
      'scheduler:CreateSchedule',
      'scheduler:UpdateSchedule',
      'scheduler:DeleteSchedule',
    ] as const;
    allowScheduling(rotator, { group: this.#group, role: this.#role, actions });
  }
}
