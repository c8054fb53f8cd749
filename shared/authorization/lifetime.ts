import { msPerDay } from '../days.ts';
import { limitFromEnvironment } from '../environment.ts';
import { type Failure, invalid } from '../failure.ts';
import type { NewKey } from '../key.ts';
import { fail, ok, type Result } from '../result.ts';

/** How long new keys may live, in days. Without both, a key lives as long as it is asked to. */
export interface Lifetimes {
  readonly maxDays?: number | undefined;
  /** For a key without a requested end. Without it, such a key gets the maximum. */
  readonly defaultDays?: number | undefined;
}

/** The settings `maxKeyLifetimeDays` and `defaultKeyLifetimeDays`. */
export function lifetimesFromEnvironment(): Lifetimes {
  return {
    maxDays: limitFromEnvironment('MAX_KEY_LIFETIME_DAYS'),
    defaultDays: limitFromEnvironment('DEFAULT_KEY_LIFETIME_DAYS'),
  };
}

/**
 * Gives a key that may be made its end. A requested end after the maximum is an error. An end that the key got from its maker, or
 * from the key that it replaces, only ever becomes earlier.
 */
export function withLifetime(
  newKey: NewKey,
  requested: Date | undefined,
  { maxDays, defaultDays }: Lifetimes,
  now: number = Date.now(),
): Result<NewKey, Failure> {
  if (requested !== undefined) {
    const isLonger = maxDays !== undefined && requested.getTime() > now + maxDays * msPerDay;
    return isLonger ? fail(invalid('expiresAt', `is later than a key may live: ${maxDays} days`)) : ok(newKey);
  }
  const usual = newKey.expiresAt === undefined && defaultDays !== undefined ? now + defaultDays * msPerDay : Infinity;
  const latest = maxDays === undefined ? Infinity : now + maxDays * msPerDay;
  const given = newKey.expiresAt === undefined ? Infinity : Date.parse(newKey.expiresAt);
  const end = Math.min(given, usual, latest);
  return ok(end === given ? newKey : { ...newKey, expiresAt: new Date(end).toISOString() });
}
