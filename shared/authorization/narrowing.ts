import { areWithin } from '../authentication/address-ranges.ts';
import { allowedIpsClaim } from '../authentication/source-address.ts';
import { boundaryOf, type Claims, scopeOf } from '../key-claims.ts';

/** Why a change would widen a key; `undefined` if it only narrows the key. Both maps are complete. */
export function wideningOf(before: Claims, after: Claims): string | undefined {
  const had = scopeOf({ customClaims: before });
  const added = scopeOf({ customClaims: after }).find((word) => !had.includes(word));
  if (added !== undefined) return `The key does not have the scope "${added}". ${advice}`;
  const widened = boundaryOf({ customClaims: before }).find(([name, value]) => !isNarrowed(name, value, after));
  return widened && `The claim "${widened[0]}" bounds the key. ${advice}`;
}

const advice = 'A key can only narrow itself or another key: create a new key instead.';

function isNarrowed(name: string, value: string, after: Claims): boolean {
  const now = Object.hasOwn(after, name) ? after[name] : undefined;
  if (now === value) return true;
  return now !== undefined && name === allowedIpsClaim && areWithin(now, value);
}
