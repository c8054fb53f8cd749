import { createHash } from 'node:crypto';

/** Where the search of a bulk revocation continues. */
export interface Place {
  /** Scalekit's page token; absent at the beginning. */
  readonly page?: string | undefined;
  /** For `issuedBy`: hashes of the known descendants, so that no link is lost when a key is revoked. */
  readonly known?: ReadonlySet<string>;
  /** For `issuedBy`: all keys are being read for the first time, and none is revoked yet. */
  readonly isLooking?: boolean;
  /** For `issuedBy`: a descendant was found since the first page. */
  readonly hasFound?: boolean;
}

const markLength = 8;

/** The most key hashes in a cursor. With them it fits a request's body. */
export const maxMarks = 6_000;

/** A hash of 48 bits that identifies a key in a cursor. It is no mark of the decision cache. */
export function markOf(keyId: string): string {
  return createHash('sha256').update(keyId).digest('base64url').slice(0, markLength);
}

/** Encodes a place as a cursor that is valid for this kind of request only. */
export function writeCursor({ page, known = new Set(), isLooking, hasFound }: Place, kind: object): string {
  const head = JSON.stringify([hashOf(kind), page ?? '', Number(isLooking ?? false), Number(hasFound ?? false)]);
  return `${Buffer.from(head).toString('base64url')}.${[...known].join('')}`;
}

/** Decodes a cursor; `undefined` if it is malformed or of another kind of request. */
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
