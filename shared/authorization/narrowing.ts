import { areWithin } from '../authentication/address-ranges.ts';
import { allowedIpsClaim } from '../authentication/source-address.ts';
import { boundaryOf, type Claims, scopeOf } from '../key-claims.ts';

/** Why a change of a key would widen it; `undefined` where it only narrows. Both maps are complete. */
export function wideningOf(before: Claims, after: Claims): string | undefined {
  const had = scopeOf({ customClaims: before });
  const added = scopeOf({ customClaims: after }).find((word) => !had.includes(word));
  if (added !== undefined) return `The key does not have the scope "${added}". ${advice}`;
  const widened = boundaryOf({ customClaims: before }).find(([name, value]) => !isNarrowed(name, value, after));
  return widened && `The claim "${widened[0]}" bounds the key. ${advice}`;
}

const advice = 'A key changes another, or itself, only to narrow it: make a new key instead.';

function isNarrowed(name: string, value: string, after: Claims): boolean {
  const now = Object.hasOwn(after, name) ? after[name] : undefined;
  if (now === value) return true;
  return now !== undefined && name === allowedIpsClaim && areWithin(now, value);
}
