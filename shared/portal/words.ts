import { msPerDay, soonDays } from '../days.ts';
import type { ShownKey } from '../keys/last-used.ts';

// What the pages say in place of our own words.

const keyScopes = new Map([
  ['keys:read', 'See keys'],
  ['keys:write', 'Create, rotate and revoke keys'],
  ['keys:users', 'Manage keys of users'],
]);

/** A word of a scope as people read it: `notes:read` becomes "Read notes". Other forms stay as they are. */
export function scopeInWords(word: string): string {
  const known = keyScopes.get(word);
  if (known !== undefined) return known;
  const [, noun, verb] = /^([\w-]+)[:.]([\w-]+)$/.exec(word) ?? [];
  if (noun === undefined || verb === undefined) return word;
  const text = `${verb} ${noun}`.replaceAll(/[_-]/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** How soon a key ends, in words; `undefined` while there is time. */
export function endsSoon({ expiresAt }: ShownKey, now: number): string | undefined {
  if (expiresAt === undefined) return undefined;
  const days = Math.floor((Date.parse(expiresAt) - now) / msPerDay);
  if (days > soonDays) return undefined;
  if (days < 1) return 'Ends within a day';
  return days === 1 ? 'Ends in 1 day' : `Ends in ${days} days`;
}

/** The state of a key. `others` are the keys that are shown with it. */
export function stateOf(key: ShownKey, others: readonly ShownKey[]): string {
  if (key.suspended) return 'Suspended';
  return others.some(({ customClaims }) => customClaims['rotated_from'] === key.keyId) ? 'Replaced' : 'Active';
}

/** The name of a key for people. */
export function nameOf({ description, suffix }: Pick<ShownKey, 'description' | 'suffix'>): string {
  return description || `Key …${suffix}`;
}
