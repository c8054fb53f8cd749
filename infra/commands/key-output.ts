import { fchmodSync, fstatSync, writeSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { CommandFailure, exitCodes } from './exit-codes.ts';

// The output of the commands: tables and sentences on a terminal, JSON in a pipe.

interface Shown {
  readonly json?: boolean;
}

/** Prints an answer to stdout: as JSON in a pipe or with `--json`, otherwise in words. */
export function show(answer: unknown, { json }: Shown, inWords: () => string): void {
  const isJson = json || !process.stdout.isTTY;
  const text = isJson ? JSON.stringify(answer, null, 2) : inWords();
  if (text !== '') console.log(text);
}

/** Prints a new key. In a pipe, stdout has only the plain key, unless `--json` asks for the whole answer. */
export function showNewKey(answer: unknown, { json }: Shown): void {
  const { key, ...rest } = answer as { readonly key: string; readonly keyId: string };
  const isTerminal = process.stdout.isTTY;
  if (!json) console.error(`${recordTable(rest)}\n`);
  if (!json && isTerminal) console.error('The key is shown only once. Store it now:\n');
  try {
    if (fstatSync(process.stdout.fd).isFile()) fchmodSync(process.stdout.fd, 0o600); // `> first.key`
    writeSync(process.stdout.fd, `${json ? JSON.stringify(answer, null, 2) : key}\n`);
  } catch (cause) {
    const message = `The key ${rest.keyId} was created, but could not be written: revoke it, and run the command again.`;
    throw new CommandFailure(exitCodes.incomplete, message, { cause });
  }
}

/** The fields of one answer, one per line. */
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
  SUSPENDED: 'suspended',
};

/** Keys as a table, one per line. */
export function keyTable(keys: readonly object[], none = 'No active keys.'): string {
  if (keys.length === 0) return none;
  const rows = keys.map((key) => Object.values(columns).map((name) => cell((key as Record<string, unknown>)[name])));
  return table([Object.keys(columns), ...rows]);
}

/** The plan of an organization, and its requests by day. */
export function usageTable(
  plan: string | null,
  change: { readonly plan: string | null; readonly activeAt: string } | undefined,
  days: readonly { readonly date: string; readonly requests: number }[],
): string {
  const next = change ? ` It becomes ${change.plan ?? 'none'} at ${cell(change.activeAt)}.` : '';
  const head = `The plan is ${plan ?? 'none'}.${next}`;
  if (days.length === 0) return `${head} There is no meter of its own.`;
  return `${head}\n\n${table([['DAY', 'REQUESTS'], ...days.map(({ date, requests }) => [date, String(requests)])])}`;
}

/** A value on one line. A key's owner chose some of its characters: none may control the terminal. */
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
