import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { arnOf } from '../account.ts';
import { type JsonAnswer, parseJson } from '../http/http-json.ts';
import { bareCall, jsonCall } from '../http/json-calls.ts';
import type { AwsCall } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import { CallFaultSchema, CallFaults } from './call-fault.ts';
import type { AwsService, Deployment, StandIn } from './stand-in.ts';

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
interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: unknown;
  readonly time: string;
}

/** A stand-in for EventBridge: `PutEvents`. It keeps all events, as an archive does. */
class EventBridge implements AwsService {
  readonly #database: DatabaseSync;
  readonly #faults = new CallFaults();

  constructor({ database }: Deployment) {
    this.#database = database;
    database.exec(`
      CREATE TABLE IF NOT EXISTS event (
        number INTEGER PRIMARY KEY, source TEXT NOT NULL, detail_type TEXT NOT NULL, detail TEXT NOT NULL,
        sent_at INTEGER NOT NULL
      ) STRICT;
    `);
  }

  readonly controls = {
    'GET /events': bareCall(() => this.#events()),
    'PUT /events/fault': jsonCall(CallFaultSchema, (fault) => this.#faults.set(fault)),
  };

  /** All events, oldest first. */
  #events(): BusEvent[] {
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
  async call({ operation, body, require }: AwsCall): Promise<JsonAnswer> {
    if (operation !== 'PutEvents')
      throw new AwsError('UnknownOperationException', `${operation} of EventBridge is not served locally`);
    const parsed = PutEvents.safeParse(parseJson(body));
    if (!parsed.success) throw new AwsError('ValidationException', z.prettifyError(parsed.error));
    const { Entries } = parsed.data;
    for (const name of new Set(Entries.map(({ EventBusName }) => EventBusName))) {
      await require({ action: 'events:PutEvents', resource: arnOf('events', `event-bus/${name}`) });
    }
    return this.#faults.carryOut(async () => {
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

export const eventBridge = {
  resources: { 'AWS::Events::EventBus': 'all', 'AWS::Events::Archive': 'ignored' },
  start: (deployment) => new EventBridge(deployment),
} satisfies StandIn;
