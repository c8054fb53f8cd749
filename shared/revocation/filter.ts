import type { KeyInfo } from '../key.ts';

/** Which keys are to be revoked: those that fit every filter that is there. */
export interface BulkFilter {
  readonly userId?: string | undefined;
  /** Claims that a key must have, with these values. */
  readonly customClaims?: Readonly<Record<string, string>> | undefined;
  readonly createdBefore?: Date | undefined;
  readonly createdAfter?: Date | undefined;
  /** The keys that this key made or was rotated to, and what those made, however far. */
  readonly issuedBy?: string | undefined;
}

/** Tells whether a key fits every filter but `issuedBy`, which is no matter of one key. One whose creation time is unknown fits both times: it is rather ended than kept. */
export function fits(key: KeyInfo, { userId, customClaims = {}, createdBefore, createdAfter }: BulkFilter): boolean {
  return (
    (userId === undefined || key.userId === userId) &&
    Object.entries(customClaims).every(([name, value]) => key.customClaims[name] === value) &&
    (createdBefore === undefined || !(Date.parse(key.createdAt ?? '') >= createdBefore.getTime())) &&
    (createdAfter === undefined || !(Date.parse(key.createdAt ?? '') <= createdAfter.getTime()))
  );
}

/** Tells whether a filter leaves no key out. */
export function fitsAll({ userId, customClaims, createdBefore, createdAfter, issuedBy }: BulkFilter): boolean {
  return [userId, customClaims, createdBefore, createdAfter, issuedBy].every((filter) => filter === undefined);
}

/** Tells whether a filter leaves out some keys of the organization, or of the user that it names. */
export function isPartial({ customClaims, createdBefore, createdAfter, issuedBy }: BulkFilter): boolean {
  return [customClaims, createdBefore, createdAfter, issuedBy].some((filter) => filter !== undefined);
}
