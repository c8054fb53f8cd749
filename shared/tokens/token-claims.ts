import type { JWTPayload } from 'jose';
import type { Claims } from '../key-claims.ts';

/** What the payload of a token says of its sender, beside who it is. */
export interface TokenClaims {
  readonly roles: readonly string[];
  /** Of a session. */
  readonly permissions: readonly string[];
  /** Of a client. */
  readonly scopes: readonly string[];
  /** Claims that the product gave to its client. As with a key, they bound what the client sees and makes. */
  readonly customClaims: Claims;
}

/** Reads the claims; `undefined` if custom claims have an unknown form, because to ignore them would widen the token. */
export function claimsOf(payload: JWTPayload): TokenClaims | undefined {
  const customClaims = customClaimsOf(payload['custom_claims']);
  if (!customClaims) return undefined;
  return {
    roles: wordsOf(payload['roles']),
    permissions: wordsOf(payload['permissions']),
    scopes: wordsOf(payload['scopes']),
    customClaims,
  };
}

/** A map, or a list of `{key, value}` as in Scalekit's API. A scope among them would be a second source of scope words. */
function customClaimsOf(value: unknown): Claims | undefined {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object') return undefined;
  const entries: [unknown, unknown][] = Array.isArray(value)
    ? value.map((one: { readonly key?: unknown; readonly value?: unknown } | null) => [one?.key, one?.value])
    : Object.entries(value);
  const isClaim = (entry: [unknown, unknown]): entry is [string, string] =>
    typeof entry[0] === 'string' && entry[0] !== 'scope' && typeof entry[1] === 'string';
  return entries.every(isClaim) ? Object.fromEntries(entries) : undefined;
}

/** The words of a list; none for anything else. A word with a space in it would be two. */
function wordsOf(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return [...new Set(list.filter((word) => typeof word === 'string' && /^[\x21\x23-\x5B\x5D-\x7E]+$/.test(word)))];
}
