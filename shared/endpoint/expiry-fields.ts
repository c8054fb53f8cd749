import * as z from 'zod';
import { Instant } from './schemas.ts';

/** A hundred years. A key that should last longer should not expire at all. */
const maxSeconds = 100 * 365 * 24 * 3600;

/** The request fields for an expiry. At most one of them may be sent. */
export const expiryFields = {
  expiresAt: Instant.optional(),
  expiresIn: z
    .int('must be a whole number of seconds')
    .positive('must be more than 0 seconds')
    .max(maxSeconds, `must be at most ${maxSeconds} seconds; leave it out for a key that does not expire`)
    .optional(),
};

/** States in JSON Schema that the two fields exclude each other. */
export const oneExpiry = {
  not: { properties: { expiresAt: {}, expiresIn: {} }, required: ['expiresAt', 'expiresIn'] },
};

interface ExpiryFields {
  readonly expiresAt?: Date | undefined;
  readonly expiresIn?: number | undefined;
}

/** The expiry in a request, as an object that is empty if there is none. Reports errors to `context`. */
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
