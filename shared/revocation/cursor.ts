import { createHash } from 'node:crypto';

/** Where the search of a bulk revocation goes on. */
export interface Place {
  /** Scalekit's token of the page; absent at the beginning. */
  readonly page?: string | undefined;
  /** Of `issuedBy`: marks of the keys that are known to have come of it, so that no link is lost once it is revoked. */
  readonly known?: ReadonlySet<string>;
  /** Of `issuedBy`: all keys are being looked at for the first time, and none is revoked yet. */
  readonly isLooking?: boolean;
  /** Of `issuedBy`: some key was reached since the first page. */
  readonly hasFound?: boolean;
}

const markLength = 8;

/** The most marks that a cursor holds; with them it fits a request's body. */
export const maxMarks = 6_000;

/** 48 bits that stand for a key in a cursor. */
export function markOf(keyId: string): string {
  return createHash('sha256').update(keyId).digest('base64url').slice(0, markLength);
}

/** Writes a place as a cursor that fits requests of this kind only. */
export function writeCursor({ page, known = new Set(), isLooking, hasFound }: Place, kind: object): string {
  const head = JSON.stringify([hashOf(kind), page ?? '', Number(isLooking ?? false), Number(hasFound ?? false)]);
  return `${Buffer.from(head).toString('base64url')}.${[...known].join('')}`;
}

/** Reads the place; `undefined` for a cursor of another kind of request, or none of ours. */
export function readCursor(cursor: string, kind: object): Place | undefined {
  const [head = '', marks = ''] = cursor.split('.');
  try {
    const [hash, page, isLooking, hasFound] = JSON.parse(Buffer.from(head, 'base64url').toString('utf8'));
    if (hash !== hashOf(kind) || typeof page !== 'string') return undefined;
    const known = new Set(marks.match(new RegExp(`.{${markLength}}`, 'g')));
    return { page: page || undefined, known, isLooking: isLooking === 1, hasFound: hasFound === 1 };
  } catch {
    return undefined;
  }
}

function hashOf(kind: object): string {
  return createHash('sha256').update(JSON.stringify(kind)).digest('base64url');
}
