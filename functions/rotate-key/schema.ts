import * as z from 'zod';
import { expiryFields, expiryOf, oneExpiry } from '../../shared/endpoint/expiry-fields.ts';
import { KeyPath } from '../../shared/endpoint/schemas.ts';

const maxOverlapSeconds = 30 * 24 * 3600;

const RotateKeyBody = z
  .strictObject(
    {
      ...expiryFields,
      overlapSeconds: z
        .int('must be a whole number of seconds')
        .min(0, 'must be at least 0 seconds')
        .max(maxOverlapSeconds, `must be at most ${maxOverlapSeconds} seconds (30 days)`)
        .default(0),
      replace: z.boolean('must be true or false').default(false),
    },
    'must be a JSON object',
  )
  .transform(({ expiresAt, expiresIn, ...rest }, context) => ({
    ...rest,
    ...expiryOf({ expiresAt, expiresIn }, context),
  }))
  .meta(oneExpiry);

/** `POST /keys/{keyId}/rotate`: everything is optional. `overlapSeconds` is how long the old key stays active. */
export const RotateKeyInput = { path: KeyPath, body: RotateKeyBody };
