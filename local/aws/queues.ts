import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { JsonAnswer } from '../http/http-json.ts';
import type { Iam, Identity } from '../iam/iam.ts';
import type { PolicyDocument } from '../template/model.ts';
import { PolicySchema } from '../template/policies.ts';
import type { Stack } from '../template/stack.ts';
import { AwsError } from './aws-error.ts';
import { requireAllowed } from './require.ts';
import type { AwsService, Deployment, StandIn } from './stand-in.ts';

/** An SQS queue, as far as dead letters need one. */
interface Queue {
  readonly logicalId: string;
  readonly arn: string;
  readonly resourcePolicy: PolicyDocument | undefined;
}

/** A message as the control URL shows it. */
interface Message {
  readonly queue: string;
  readonly body: unknown;
}

/** A stand-in for SQS: services send dead letters to its queues; it has no API. */
class Queues implements AwsService {
  readonly #database: DatabaseSync;
  readonly #queues: ReadonlyMap<string, Queue>;
  readonly #iam: Iam;

  constructor({ database, stacks, iam }: Deployment) {
    this.#database = database;
    this.#queues = new Map(stacks.flatMap(readQueues).map((queue) => [queue.arn, queue]));
    this.#iam = iam;
    database.exec(`
      CREATE TABLE IF NOT EXISTS message (
        number INTEGER PRIMARY KEY, queue_arn TEXT NOT NULL, body TEXT NOT NULL, sent_at INTEGER NOT NULL
      ) STRICT;
    `);
  }

  /** All dead letters, oldest first. */
  get status() {
    const rows = this.#database.prepare('SELECT queue_arn, body FROM message ORDER BY number').all() as {
      queue_arn: string;
      body: string;
    }[];
    const deadLetters = rows.map(({ queue_arn, body }): Message => {
      return { queue: this.#queues.get(queue_arn)?.logicalId ?? queue_arn, body: JSON.parse(body) as unknown };
    });
    return { deadLetters };
  }

  call(): JsonAnswer {
    throw new AwsError('UnknownOperationException', 'the API of SQS is not served locally', 404);
  }

  /** Sends a message; throws an AwsError when no policy lets the principal. */
  async send(principal: Identity, queueArn: string, body: string): Promise<void> {
    const resourcePolicy = this.#queues.get(queueArn)?.resourcePolicy;
    await requireAllowed(this.#iam, { principal, action: 'sqs:SendMessage', resource: queueArn, resourcePolicy });
    this.#database
      .prepare('INSERT INTO message (queue_arn, body, sent_at) VALUES (?, ?, ?)')
      .run(queueArn, body, Date.now());
  }
}

export const queues = {
  resources: { 'AWS::SQS::Queue': 'all', 'AWS::SQS::QueuePolicy': 'all' },
  start: (deployment) => new Queues(deployment),
} satisfies StandIn;

const QueuePolicyProperties = z.object({ Queues: z.array(z.string()), PolicyDocument: PolicySchema });

/** Reads the SQS queues of a stack, each with its policy. */
export function readQueues(stack: Stack): Queue[] {
  const policies = stack
    .resources('AWS::SQS::QueuePolicy')
    .map(({ properties }) => QueuePolicyProperties.parse(properties));
  return stack.resources('AWS::SQS::Queue').map((resource) => ({
    logicalId: resource.logicalId,
    arn: stack.arn(resource),
    resourcePolicy: policies.find(({ Queues }) => Queues.includes(resource.id))?.PolicyDocument,
  }));
}
