import { invalidArgument } from './limits.ts';

/** The start of a page: beyond the row of a number, in one direction, for one filter. */
interface Cursor {
  readonly filter: string;
  readonly after: number;
  readonly backwards: boolean;
}

/** One page of numbered rows, in the order of their numbers. */
export interface Page<Row> {
  readonly rows: Row[];
  readonly nextPageToken: string;
  readonly prevPageToken: string;
}

/** A page size as Scalekit reads it: 0 is the default, more than the maximum is refused. */
export function pageSizeOf(asked: number, standard: number, maximum: number): number {
  if (asked < 0 || asked > maximum) throw invalidArgument(`page_size: must be at most ${maximum}, got ${asked}`);
  return asked === 0 ? standard : asked;
}

/**
 * Reads the page of a page token. `read` returns up to `limit` rows after a number in ascending order, or before it in
 * descending order if `backwards`. A token of another filter, or an invalid one, is INVALID_ARGUMENT.
 */
export function readPage<Row extends { number: number }>(
  filter: string,
  pageToken: string,
  size: number,
  read: (after: number, backwards: boolean, limit: number) => Row[],
): Page<Row> {
  const cursor = pageToken === '' ? { filter, after: 0, backwards: false } : parseCursor(pageToken, filter);
  const found = read(cursor.after, cursor.backwards, size + 1);
  const more = found.length > size;
  const rows = found.slice(0, size);
  if (cursor.backwards) rows.reverse();
  const first = rows[0]?.number;
  const last = rows.at(-1)?.number;
  const hasNext = cursor.backwards ? true : more;
  const hasPrevious = cursor.backwards ? more : cursor.after > 0;
  return {
    rows,
    nextPageToken: hasNext && last !== undefined ? writeCursor({ filter, after: last, backwards: false }) : '',
    prevPageToken: hasPrevious && first !== undefined ? writeCursor({ filter, after: first, backwards: true }) : '',
  };
}

function writeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

function parseCursor(token: string, filter: string): Cursor {
  try {
    const cursor = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as Cursor;
    if (cursor.filter === filter && Number.isSafeInteger(cursor.after) && typeof cursor.backwards === 'boolean')
      return cursor;
  } catch {
    // not a valid token: refused below
  }
  throw invalidArgument('page_token: not a token of this list');
}
