import type { KeyInfo } from '../key.ts';

/** The keys to revoke: those that match every given filter. */
export interface BulkFilter {
  readonly userId?: string | undefined;
  /** Claims that a key must have, with these values. */
  readonly customClaims?: Readonly<Record<string, string>> | undefined;
  readonly createdBefore?: Date | undefined;
  readonly createdAfter?: Date | undefined;
  /** The keys that this key made or was rotated to, the keys that those made or were rotated to, and so on. */
  readonly issuedBy?: string | undefined;
}

/**
 * Reports whether a key matches every filter except `issuedBy`, which does not depend on one key alone. A key whose creation time
 * is unknown matches both times: revoking it is safer than keeping it.
 */
export function fits(key: KeyInfo, { userId, customClaims = {}, createdBefore, createdAfter }: BulkFilter): boolean {
  return (
    (userId === undefined || key.userId === userId) &&
    Object.entries(customClaims).every(([name, value]) => key.customClaims[name] === value) &&
    (createdBefore === undefined || !(Date.parse(key.createdAt ?? '') >= createdBefore.getTime())) &&
    (createdAfter === undefined || !(Date.parse(key.createdAt ?? '') <= createdAfter.getTime()))
  );
}

/** Reports whether a filter excludes no key. */
export function fitsAll({ userId, customClaims, createdBefore, createdAfter, issuedBy }: BulkFilter): boolean {
  return [userId, customClaims, createdBefore, createdAfter, issuedBy].every((filter) => filter === undefined);
}

/** Reports whether a filter excludes some keys of the organization, or of the user that it names. */
export function isPartial({ customClaims, createdBefore, createdAfter, issuedBy }: BulkFilter): boolean {
  return [customClaims, createdBefore, createdAfter, issuedBy].some((filter) => filter !== undefined);
}
