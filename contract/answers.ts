import * as z from 'zod';
import { KeyId } from '../shared/endpoint/schemas.ts';
import { problemCodes } from './problems.ts';

// The answers of the API. Every object is strict: an answer with a field that is not here breaks the contract.

const Time = z.string().meta({ format: 'date-time' });

const Claims = z.record(z.string(), z.string());

const identity = {
  keyId: KeyId.meta({ description: 'An identifier, not a secret.' }),
  organizationId: z.string(),
  organizationExternalId: z.string().optional(),
  userId: z.string().optional().meta({ description: 'Present for a user’s key, absent for an organization’s key.' }),
  userExternalId: z.string().optional(),
  customClaims: Claims,
  roles: z.array(z.string()),
  expiresAt: Time.optional().meta({ description: 'Absent for a key that does not expire.' }),
};

const keyFields = {
  ...identity,
  scope: z.string().optional().meta({ description: 'A copy of the claim `scope`; absent for a key without scope.' }),
  description: z.string().optional(),
  createdAt: Time.optional(),
  suffix: z.string().meta({ description: 'The last characters of the plain key.' }),
  suspended: z.literal(true).optional().meta({ description: 'Present while the key is suspended.' }),
};

const plainKey = {
  key: z.string().min(1).meta({ description: 'The plain key, in this answer and nowhere else.' }),
};

const Key = z.strictObject({
  ...keyFields,
  lastUsedAt: Time.optional().meta({
    description: 'The hour in which the key was last validated. Absent if it is unknown, and in answers to changes.',
  }),
});

const CreatedKey = z.strictObject({ ...plainKey, ...keyFields });

const RotatedKey = z.strictObject({
  ...plainKey,
  ...keyFields,
  previous: z.strictObject({
    keyId: KeyId,
    activeUntil: Time.optional().meta({ description: 'Absent when the old key is revoked.' }),
    code: z
      .literal('cache_not_flushed')
      .optional()
      .meta({ description: 'The old key is revoked, but may be accepted from a cache for a while: DELETE it again.' }),
  }),
});

const KeyList = z.strictObject({
  keys: z.array(Key),
  nextPageToken: z.string().min(1).optional().meta({ description: 'There may be more keys, even if `keys` is empty.' }),
  totalCount: z.int().min(0).optional().meta({ description: 'Absent for a caller with boundary claims.' }),
  usageRecordedSince: Time.optional().meta({
    description:
      'Uses are recorded since then: a key without `lastUsedAt` was not used since. Absent if it is unknown, or if there are no keys.',
  }),
  usageRecordedUntil: Time.optional().meta({
    description: 'The latest hour in which a use of any key was recorded. An old hour may mean that recording fails.',
  }),
});

const count = z.int().min(0);

const BulkAnswer = z
  .strictObject({
    matched: count,
    revoked: count,
    failed: z.array(z.strictObject({ keyId: KeyId, code: z.literal('upstream_unavailable') })),
    remaining: count,
    cursor: z.string().min(1).optional().meta({ description: 'Send it in the same request again to continue.' }),
  })
  .meta({
    description:
      '`matched` is the sum of `revoked`, the number of `failed` keys, and `remaining`. Keys that there was no time to read ' +
      'count in `remaining`. Repeat the request until `failed` is empty and `remaining` is 0: with the `cursor` of the ' +
      'answer, or without one if it has none.',
  });

const Caller = z.strictObject(identity);

const Problem = z
  .strictObject({
    type: z.string().meta({ format: 'uri', description: '`about:blank`, or a link to what explains the code.' }),
    title: z.string().min(1),
    status: z.int(),
    detail: z.string().min(1),
    code: z.enum(problemCodes),
    requestId: z.string().min(1),
    errors: z
      .array(z.strictObject({ path: z.string(), message: z.string().min(1) }))
      .min(1)
      .max(20)
      .optional()
      .meta({ description: 'For `invalid_request`. `path` is the field as it was sent, or "" for the whole input.' }),
    error: z.literal('invalid_request').optional().meta({ description: 'For `POST /revoke` (RFC 7009).' }),
    successorId: KeyId.optional().meta({ description: 'For `already_rotated`.' }),
    scope: z.string().optional().meta({ description: 'For `insufficient_scope`: the word that the key lacks.' }),
  })
  .meta({ description: 'RFC 9457. `code` says how to react. `requestId` identifies the request in our log.' });

const Contract = z.looseObject({ openapi: z.string(), paths: z.looseObject({}) }).meta({ description: 'OpenAPI 3.1.' });

/** The bodies of answers, by their names in the document. */
export const answers = {
  Key,
  CreatedKey,
  RotatedKey,
  KeyList,
  BulkAnswer,
  Caller,
  Problem,
  Contract,
};
