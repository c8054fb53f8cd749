import * as z from 'zod';
import { Instant } from './schemas.ts';

/** A hundred years: what is meant to last longer is meant not to expire. */
const maxSeconds = 100 * 365 * 24 * 3600;

/** The fields by which a request names an expiry: one of them, or none. */
export const expiryFields = {
  expiresAt: Instant.optional(),
  expiresIn: z
    .int('must be a whole number of seconds')
    .positive('must be more than 0 seconds')
    .max(maxSeconds, `must be at most ${maxSeconds} seconds; leave it out for a key that does not expire`)
    .optional(),
};

/** That one of them excludes the other, as JSON Schema has it. */
export const oneExpiry = {
  not: { properties: { expiresAt: {}, expiresIn: {} }, required: ['expiresAt', 'expiresIn'] },
};

interface ExpiryFields {
  readonly expiresAt?: Date | undefined;
  readonly expiresIn?: number | undefined;
}

/** The expiry that a request names, as an object that is empty where it names none; tells `context` what is wrong. */
export function expiryOf(
  { expiresAt, expiresIn }: ExpiryFields,
  context: z.core.$RefinementCtx,
): { readonly expiresAt?: Date } {
  const issue = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  if (expiresAt && expiresIn !== undefined) issue(['expiresIn'], 'cannot be combined with expiresAt');
  const expiry = expiresIn === undefined ? expiresAt : new Date(Date.now() + expiresIn * 1000);
  if (expiry && expiry.getTime() <= Date.now()) issue(['expiresAt'], 'must be in the future');
  return expiry ? { expiresAt: expiry } : {};
}
