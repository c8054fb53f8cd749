import * as z from 'zod';
import { CustomClaims, Instant, IssuerId, UserId } from '../../shared/endpoint/schemas.ts';

const filters = {
  userId: UserId.optional(),
  customClaims: CustomClaims.meta({ minProperties: 1 }).optional(),
  createdBefore: Instant.optional(),
  createdAfter: Instant.optional(),
  issuedBy: IssuerId.optional(),
};

/** In JSON Schema, the schema `false` says that a property is absent. */
const noFilter = { properties: Object.fromEntries(Object.keys(filters).map((name) => [name, false])) };

const RevokeKeysBody = z
  .strictObject(
    {
      ...filters,
      all: z.boolean('must be true or false').default(false),
      includeSelf: z.boolean('must be true or false').default(false),
      dryRun: z.boolean('must be true or false').default(false),
      cursor: z
        .string()
        .max(60_000)
        .regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/, 'must be the cursor of an answer to this request')
        .optional(),
    },
    'must be a JSON object',
  )
  .transform(({ all, ...request }, context) => {
    const issue = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    const { customClaims } = request;
    if (customClaims && Object.keys(customClaims).length === 0) issue(['customClaims'], 'contains no claim');
    const named = Object.keys(filters).filter((name) => request[name as keyof typeof filters] !== undefined);
    if (!all && named.length === 0)
      issue([], `selects no keys: send ${Object.keys(filters).join(', ')}, or "all": true`);
    if (all && named.length > 0) issue(['all'], `cannot be combined with ${named.join(', ')}`);
    return request;
  })
  // Generators of clients ignore these words. From `oneOf` some make the optional `all` required.
  .meta({
    if: { properties: { all: { const: true } }, required: ['all'] },
    // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
    then: noFilter, // oxlint-disable-line unicorn/no-thenable
    else: { not: noFilter },
  });

/** `POST /keys/revoke`: at least one filter, or `all`. `cursor` continues where an answer to the same request stopped. */
export const RevokeKeysInput = { body: RevokeKeysBody };
