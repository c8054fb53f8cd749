import { DatabaseSync } from 'node:sqlite';

/** Opens (and on first use makes) what the stand-ins of AWS keep across restarts. */
export function openAwsDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS schedule (
      group_name TEXT NOT NULL, name TEXT NOT NULL, due_at INTEGER NOT NULL, target TEXT NOT NULL, client_token TEXT,
      PRIMARY KEY (group_name, name)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS event (
      number INTEGER PRIMARY KEY, source TEXT NOT NULL, detail_type TEXT NOT NULL, detail TEXT NOT NULL, sent_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS message (
      number INTEGER PRIMARY KEY, queue_arn TEXT NOT NULL, body TEXT NOT NULL, sent_at INTEGER NOT NULL
    ) STRICT;
  `);
  return database;
}
