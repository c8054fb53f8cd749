import * as z from 'zod';
import { claimFields, separateScope } from '../../shared/claim-fields.ts';
import { Instant, text, UserId } from '../../shared/schemas.ts';

/** A hundred years: what is meant to last longer is meant not to expire. */
const maxSeconds = 100 * 365 * 24 * 3600;

const CreateKeyBody = z
  .strictObject(
    {
      ...claimFields,
      description: text(1, 255).optional(),
      userId: UserId.optional(),
      expiresAt: Instant.optional(),
      expiresIn: z
        .int('must be a whole number of seconds')
        .positive('must be above 0 seconds')
        .max(maxSeconds, `must be at most ${maxSeconds} seconds; leave it out for a key that does not expire`)
        .optional(),
    },
    'must be a JSON object',
  )
  .transform(({ expiresAt, expiresIn, description, userId, ...fields }, context) => {
    const { scope = [], customClaims = {} } = separateScope(fields, context);
    const issue = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (expiresAt && expiresIn !== undefined) issue(['expiresIn'], 'stands beside expiresAt; name one of them');
    const expiry = expiresIn === undefined ? expiresAt : new Date(Date.now() + expiresIn * 1000);
    if (expiry && expiry.getTime() <= Date.now()) issue(['expiresAt'], 'is not in the future');
    return { description, userId, customClaims, scope, ...(expiry ? { expiresAt: expiry } : {}) };
  });

/** `POST /keys`: everything is optional; `expiresIn` is in seconds. */
export const CreateKeyInput = { body: CreateKeyBody };
