import * as z from 'zod';
import { claimFields, separateScope } from '../../shared/endpoint/claim-fields.ts';
import { KeyPath, Scope, text } from '../../shared/endpoint/schemas.ts';

const UpdateKeyBody = z
  .strictObject(
    {
      ...claimFields,
      scope: z.union([z.literal('').transform(() => []), Scope], 'must be words separated by single spaces').optional(),
      description: text(0, 255).optional(),
      suspended: z.boolean('must be true or false').optional(),
    },
    'must be a JSON object',
  )
  .refine((body) => Object.keys(body).length > 0, 'changes nothing: send description, scope, customClaims or suspended')
  .transform(({ description, suspended, ...fields }, context) => ({
    description,
    suspended,
    ...separateScope(fields, context),
  }))
  .meta({ minProperties: 1 });

/**
 * `PATCH /keys/{keyId}`: absent fields stay as they are. `""` clears description or scope. `customClaims` replaces all of them.
 */
export const UpdateKeyInput = { path: KeyPath, body: UpdateKeyBody };
