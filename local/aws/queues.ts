import type { DatabaseSync } from 'node:sqlite';
import type { Iam, Identity } from '../iam/iam.ts';
import type { Queue } from '../template/model.ts';
import { requireAllowed } from './require.ts';

/** A message as the control URL shows it. */
export interface Message {
  readonly queue: string;
  readonly body: unknown;
}

/** The queues of the template, as services send dead letters to them. */
export class Queues {
  readonly #database: DatabaseSync;
  readonly #queues: ReadonlyMap<string, Queue>;
  readonly #iam: Iam;

  constructor(database: DatabaseSync, queues: readonly Queue[], iam: Iam) {
    this.#database = database;
    this.#queues = new Map(queues.map((queue) => [queue.arn, queue]));
    this.#iam = iam;
  }

  /** All that was sent, oldest first. */
  get messages(): Message[] {
    const rows = this.#database.prepare('SELECT queue_arn, body FROM message ORDER BY number').all() as {
      queue_arn: string;
      body: string;
    }[];
    return rows.map(({ queue_arn, body }) => ({
      queue: this.#queues.get(queue_arn)?.logicalId ?? queue_arn,
      body: JSON.parse(body) as unknown,
    }));
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
