import type { KeyInfo } from '../key.ts';
import { descendantsOf } from './descendants.ts';

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

/** The keys that fit every filter. A key whose creation time is unknown fits both times: it is rather ended than kept. */
export function select(
  keys: readonly KeyInfo[],
  { userId, customClaims = {}, createdBefore, createdAfter, issuedBy }: BulkFilter,
): KeyInfo[] {
  const descendants = issuedBy === undefined ? undefined : descendantsOf([issuedBy], keys);
  return keys.filter(
    (key) =>
      (userId === undefined || key.userId === userId) &&
      Object.entries(customClaims).every(([name, value]) => key.customClaims[name] === value) &&
      (createdBefore === undefined || !(Date.parse(key.createdAt ?? '') >= createdBefore.getTime())) &&
      (createdAfter === undefined || !(Date.parse(key.createdAt ?? '') <= createdAfter.getTime())) &&
      (descendants === undefined || descendants.has(key.keyId)),
  );
}
