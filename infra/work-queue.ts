import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ApiFunction } from './lambda/api-function.ts';

/** Attempts per message, 5 minutes apart: for more than 8 hours. */
const maxReceiveCount = 100;
const visibilityTimeout = Duration.minutes(5);

/** Work that outlives a request: revocations that failed when they were due. */
export class WorkQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { deadLetters }: { readonly deadLetters: IQueue }) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      visibilityTimeout, // at least six times the timeout of the function
      deadLetterQueue: { queue: deadLetters, maxReceiveCount },
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, // each message is a key that should be revoked
    });
  }

  /** Lets a function put work on the queue. */
  grantPut(giver: ApiFunction): void {
    giver.addEnvironment('WORK_QUEUE_URL', this.queue.queueUrl);
    giver.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.queue.queueArn] }));
  }

  /** Lets a function do the work: Lambda receives messages with the function's role. */
  grantTake(worker: ApiFunction): void {
    const actions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
    worker.addToRolePolicy(new PolicyStatement({ actions, resources: [this.queue.queueArn] }));
    new EventSourceMapping(this, 'Work', {
      target: worker,
      eventSourceArn: this.queue.queueArn,
      batchSize: 1, // a failure affects no other message
      maxConcurrency: 2, // each makes eight calls to Scalekit at a time, which limits the rate
    });
  }
}
