import { DatabaseSync } from 'node:sqlite';

/** Opens the embedded Scalekit's database, and creates it on first use; `:memory:` keeps it in memory only. */
export function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    CREATE TABLE IF NOT EXISTS client (client_id TEXT PRIMARY KEY, secret TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS organization (
      number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, display_name TEXT NOT NULL, external_id TEXT UNIQUE,
      metadata TEXT NOT NULL, created_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS user (
      id TEXT PRIMARY KEY, email TEXT UNIQUE NOT NULL, external_id TEXT UNIQUE, first_name TEXT NOT NULL,
      last_name TEXT NOT NULL, metadata TEXT NOT NULL, created_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS membership (
      organization_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
      user_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
      roles TEXT NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY (organization_id, user_id)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS token (
      number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, hash BLOB UNIQUE NOT NULL, suffix TEXT NOT NULL,
      organization_id TEXT NOT NULL, organization_external_id TEXT, user_id TEXT, user_external_id TEXT, email TEXT,
      roles TEXT NOT NULL, custom_claims TEXT NOT NULL, description TEXT, expires_at INTEGER,
      created_at INTEGER NOT NULL, invalidated_at INTEGER
    ) STRICT;
    CREATE TABLE IF NOT EXISTS session (
      id TEXT UNIQUE NOT NULL, user_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
      organization_id TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, revoked_at INTEGER
    ) STRICT;
    CREATE TABLE IF NOT EXISTS organization_client (
      number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL,
      organization_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE, name TEXT NOT NULL,
      description TEXT NOT NULL, scopes TEXT NOT NULL, audience TEXT NOT NULL, custom_claims TEXT NOT NULL,
      expiry INTEGER NOT NULL, created_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS client_secret (
      id TEXT UNIQUE NOT NULL, client_id TEXT NOT NULL REFERENCES organization_client (id) ON DELETE CASCADE,
      hash BLOB NOT NULL, suffix TEXT NOT NULL, created_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS token_of_organization ON token (organization_id, number);
  `);
  addColumns(database, 'organization', ['slug', 'logo_url']);
  return database;
}

/** Adds columns of text that a database of an earlier version does not have. */
function addColumns(database: DatabaseSync, table: string, columns: readonly string[]): void {
  const known = database.prepare('SELECT name FROM pragma_table_info(?)').all(table) as { name: string }[];
  for (const column of columns)
    if (!known.some(({ name }) => name === column)) database.exec(`ALTER TABLE ${table} ADD COLUMN ${column} TEXT`);
}
