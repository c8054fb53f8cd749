import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

/** A stored message. */
export interface Message {
  readonly message_id: string;
  readonly queue_arn: string;
  readonly body: string;
  /** In ms since the epoch, like all times. */
  readonly sent_at: number;
  /** When it may be received next. */
  readonly visible_at: number;
  readonly receive_count: number;
}

/** The messages of a database's queues. They survive a restart. */
export class QueueMessages {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    database.exec(`
      CREATE TABLE IF NOT EXISTS queued_message (
        message_id TEXT PRIMARY KEY, queue_arn TEXT NOT NULL, body TEXT NOT NULL, sent_at INTEGER NOT NULL,
        visible_at INTEGER NOT NULL, receive_count INTEGER NOT NULL
      ) STRICT;
    `);
  }

  /** All messages, oldest first. */
  all(): Message[] {
    return this.#database.prepare('SELECT * FROM queued_message ORDER BY rowid').all() as unknown as Message[];
  }

  /** The messages of one queue, in the order in which they become visible. */
  of(queueArn: string): Message[] {
    return this.#database
      .prepare('SELECT * FROM queued_message WHERE queue_arn = ? ORDER BY visible_at')
      .all(queueArn) as unknown as Message[];
  }

  /** Adds a message, and returns its id. */
  add(queueArn: string, body: string): string {
    const id = randomUUID();
    this.#database
      .prepare('INSERT INTO queued_message VALUES (?, ?, ?, ?, ?, 0)')
      .run(id, queueArn, body, Date.now(), Date.now());
    return id;
  }

  /** Hides a received message from receivers for a while, and counts that it was received. */
  hide({ message_id }: Message, ms: number): void {
    this.#database
      .prepare('UPDATE queued_message SET visible_at = ?, receive_count = receive_count + 1 WHERE message_id = ?')
      .run(Date.now() + ms, message_id);
  }

  move({ message_id }: Message, queueArn: string): void {
    this.#database
      .prepare('UPDATE queued_message SET queue_arn = ?, receive_count = 0 WHERE message_id = ?')
      .run(queueArn, message_id);
  }

  delete({ message_id }: Message): void {
    this.#database.prepare('DELETE FROM queued_message WHERE message_id = ?').run(message_id);
  }
}
