import type { DatabaseSync } from 'node:sqlite';

/** A stored schedule. */
export interface Schedule {
  readonly group_name: string;
  readonly name: string;
  /** In ms since the epoch. */
  readonly due_at: number;
  /** JSON. */
  readonly target: string;
  readonly client_token: string | null;
}

/** The longest delay of a Node timer. */
const maxDelayMs = 2 ** 31 - 1;

/** The schedules of a database. Each is passed to `fire` when it is due. They survive a restart. */
export class Schedules {
  readonly #database: DatabaseSync;
  readonly #fire: (schedule: Schedule) => void;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(database: DatabaseSync, fire: (schedule: Schedule) => void) {
    this.#database = database;
    this.#fire = fire;
    database.exec(`
      CREATE TABLE IF NOT EXISTS schedule (
        group_name TEXT NOT NULL, name TEXT NOT NULL, due_at INTEGER NOT NULL, target TEXT NOT NULL, client_token TEXT,
        PRIMARY KEY (group_name, name)
      ) STRICT;
    `);
    for (const schedule of this.all()) this.#arm(schedule); // schedules of an earlier run
  }

  /** All schedules, soonest first. */
  all(): Schedule[] {
    return this.#database.prepare('SELECT * FROM schedule ORDER BY due_at').all() as unknown as Schedule[];
  }

  find(group: string, name: string): Schedule | undefined {
    const row = this.#database.prepare('SELECT * FROM schedule WHERE group_name = ? AND name = ?').get(group, name);
    return row as Schedule | undefined;
  }

  /** Adds a schedule, or replaces the one with its group and name. */
  store(schedule: Schedule): void {
    const { group_name, name, due_at, target, client_token } = schedule;
    this.#database
      .prepare(
        'INSERT OR REPLACE INTO schedule (group_name, name, due_at, target, client_token) VALUES (?, ?, ?, ?, ?)',
      )
      .run(group_name, name, due_at, target, client_token);
    this.#arm(schedule);
  }

  remove(group: string, name: string): void {
    const key = `${group}/${name}`;
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    this.#database.prepare('DELETE FROM schedule WHERE group_name = ? AND name = ?').run(group, name);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #arm(schedule: Schedule): void {
    const key = `${schedule.group_name}/${schedule.name}`;
    clearTimeout(this.#timers.get(key));
    const waitMs = Math.max(0, schedule.due_at - Date.now());
    const next = () => (waitMs > maxDelayMs ? this.#arm(schedule) : this.#fire(schedule));
    this.#timers.set(key, setTimeout(next, Math.min(waitMs, maxDelayMs)));
  }
}
