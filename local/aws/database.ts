import { DatabaseSync } from 'node:sqlite';

/** Opens the database in which stand-ins keep rows across restarts. Creates it on first use. */
export function openAwsDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  return database;
}
