import * as z from 'zod';
import { claimFields, separateScope } from '../../shared/endpoint/claim-fields.ts';
import { expiryFields, expiryOf, oneExpiry } from '../../shared/endpoint/expiry-fields.ts';
import { text, UserId } from '../../shared/endpoint/schemas.ts';

const CreateKeyBody = z
  .strictObject(
    { ...claimFields, ...expiryFields, description: text(1, 255).optional(), userId: UserId.optional() },
    'must be a JSON object',
  )
  .transform(({ expiresAt, expiresIn, description, userId, ...fields }, context) => {
    const { scope = [], customClaims = {} } = separateScope(fields, context);
    return { description, userId, customClaims, scope, ...expiryOf({ expiresAt, expiresIn }, context) };
  })
  .meta(oneExpiry);

/** `POST /keys`: everything is optional; `expiresIn` is in seconds. */
export const CreateKeyInput = { body: CreateKeyBody };
