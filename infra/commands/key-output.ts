import { fchmodSync, fstatSync, writeSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { CommandFailure, exitCodes } from './exit-codes.ts';

// What the command prints: tables and sentences on a terminal, JSON in a pipe.

interface Shown {
  readonly json?: boolean;
}

/** Prints an answer to stdout: as JSON in a pipe or with `--json`, else in words. */
export function show(answer: unknown, { json }: Shown, inWords: () => string): void {
  const isJson = json || !process.stdout.isTTY;
  const text = isJson ? JSON.stringify(answer, null, 2) : inWords();
  if (text !== '') console.log(text);
}

/** A key that was made. In a pipe the plain key is alone on stdout, unless `--json` asks for the whole answer. */
export function showNewKey(answer: unknown, { json }: Shown): void {
  const { key, ...rest } = answer as { readonly key: string; readonly keyId: string };
  const isTerminal = process.stdout.isTTY;
  if (!json) console.error(`${recordTable(rest)}\n`);
  if (!json && isTerminal) console.error('The key is shown this once. Keep it now:\n');
  try {
    if (fstatSync(process.stdout.fd).isFile()) fchmodSync(process.stdout.fd, 0o600); // `> first.key`
    writeSync(process.stdout.fd, `${json ? JSON.stringify(answer, null, 2) : key}\n`);
  } catch (cause) {
    const message = `The key ${rest.keyId} was made, but could not be written: revoke it, and run the command again.`;
    throw new CommandFailure(exitCodes.incomplete, message, { cause });
  }
}

/** The fields of one answer, a line each. */
export function recordTable(record: object): string {
  return table(Object.entries(record).map(([name, value]) => [name, cell(value)]));
}

const columns = {
  'KEY ID': 'keyId',
  DESCRIPTION: 'description',
  USER: 'userId',
  CLAIMS: 'customClaims',
  CREATED: 'createdAt',
  EXPIRES: 'expiresAt',
  'LAST USED': 'lastUsedAt',
};

/** Keys as a table, a line each. */
export function keyTable(keys: readonly object[]): string {
  if (keys.length === 0) return 'No active keys.';
  const rows = keys.map((key) => Object.values(columns).map((name) => cell((key as Record<string, unknown>)[name])));
  return table([Object.keys(columns), ...rows]);
}

/** A value on one line. A key's owner chose some of the characters: none of them may steer the terminal. */
function cell(value: unknown): string {
  if (value === undefined) return '-';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text);
  return isTime ? `${text.slice(0, 16).replace('T', ' ')}Z` : stripVTControlCharacters(text).replaceAll(/\p{C}/gu, '?');
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
