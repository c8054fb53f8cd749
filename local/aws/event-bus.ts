import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { aws } from '../account.ts';
import { type JsonAnswer, parseJson } from '../http/http-json.ts';
import type { Iam } from '../iam/iam.ts';
import type { AwsCall } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import { CallFaults } from './call-fault.ts';
import { requireAllowed } from './require.ts';

const PutEvents = z.object({
  Entries: z
    .array(
      z.object({
        EventBusName: z.string().default('default'),
        Source: z.string().min(1),
        DetailType: z.string().min(1),
        Detail: z.string(),
      }),
    )
    .min(1)
    .max(10),
});

/** An event as rules match it, and as the control URL shows it. */
export interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: unknown;
  readonly time: string;
}

/** A stand-in for EventBridge: `PutEvents`. It keeps what it was sent, as an archive does. */
export class EventBridge {
  readonly #database: DatabaseSync;
  readonly #iam: Iam;
  readonly faults = new CallFaults();

  constructor(database: DatabaseSync, iam: Iam) {
    this.#database = database;
    this.#iam = iam;
  }

  /** All events, oldest first. */
  get events(): BusEvent[] {
    const rows = this.#database.prepare('SELECT * FROM event ORDER BY number').all() as {
      source: string;
      detail_type: string;
      detail: string;
      sent_at: number;
    }[];
    return rows.map(({ source, detail_type, detail, sent_at }) => ({
      source,
      'detail-type': detail_type,
      detail: JSON.parse(detail) as unknown,
      time: new Date(sent_at).toISOString(),
    }));
  }

  /** Answers one call; throws {@link AwsError} as EventBridge would answer. */
  async call({ principal, operation, body }: AwsCall): Promise<JsonAnswer> {
    if (operation !== 'PutEvents')
      throw new AwsError('UnknownOperationException', `${operation} of EventBridge is not served locally`);
    const parsed = PutEvents.safeParse(parseJson(body));
    if (!parsed.success) throw new AwsError('ValidationException', z.prettifyError(parsed.error));
    const { Entries } = parsed.data;
    for (const name of new Set(Entries.map(({ EventBusName }) => EventBusName))) {
      const resource = `arn:${aws.partition}:events:${aws.region}:${aws.accountId}:event-bus/${name}`;
      await requireAllowed(this.#iam, { principal, action: 'events:PutEvents', resource });
    }
    return this.faults.carryOut(async () => {
      const insert = this.#database.prepare(
        'INSERT INTO event (source, detail_type, detail, sent_at) VALUES (?, ?, ?, ?)',
      );
      for (const { Source, DetailType, Detail } of Entries) insert.run(Source, DetailType, Detail, Date.now());
      return {
        status: 200,
        body: { FailedEntryCount: 0, Entries: Entries.map((_entry, index) => ({ EventId: String(index) })) },
      };
    });
  }
}
