import * as z from 'zod';
import { KeyId } from '../shared/endpoint/schemas.ts';
import { problemCodes } from './problems.ts';

// What the API answers with. Every object is strict: an answer with a field that is not here breaks the contract.

const Time = z.string().meta({ format: 'date-time' });

const Claims = z.record(z.string(), z.string());

const identity = {
  keyId: KeyId.meta({ description: 'An identifier, not a secret.' }),
  organizationId: z.string(),
  organizationExternalId: z.string().optional(),
  userId: z.string().optional().meta({ description: 'Of a user’s key; an organization’s key has none.' }),
  userExternalId: z.string().optional(),
  customClaims: Claims,
  roles: z.array(z.string()),
  expiresAt: Time.optional().meta({ description: 'Absent for a key that does not expire.' }),
};

const keyFields = {
  ...identity,
  scope: z.string().optional().meta({ description: 'The claim of that name again; absent for a key without scope.' }),
  description: z.string().optional(),
  createdAt: Time.optional(),
  suffix: z.string().meta({ description: 'The last characters of the plain key.' }),
};

const plainKey = {
  key: z.string().min(1).meta({ description: 'The plain key, in this answer and nowhere else.' }),
};

const Key = z.strictObject({
  ...keyFields,
  lastUsedAt: Time.optional().meta({
    description:
      'The hour in which the key was last validated. Absent where that is unknown; in answers to changes too.',
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
      .meta({ description: 'The old key is revoked, but cached decisions may not follow yet: DELETE it again.' }),
  }),
});

const KeyList = z.strictObject({
  keys: z.array(Key),
  nextPageToken: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'There may be more keys, even where `keys` is empty.' }),
  totalCount: z.int().min(0).optional().meta({ description: 'Absent for a caller that is bound by claims.' }),
  usageRecordedSince: Time.optional().meta({
    description:
      'Since when uses are recorded: a key without `lastUsedAt` was not used since. Absent where it is unknown, or there are no keys.',
  }),
  usageRecordedUntil: Time.optional().meta({
    description: 'The latest hour in which a use of any key was recorded; an old one may mean that recording fails.',
  }),
});

const count = z.int().min(0);

const BulkAnswer = z
  .strictObject({
    matched: count,
    revoked: count,
    failed: z.array(z.strictObject({ keyId: KeyId, code: z.literal('upstream_unavailable') })),
    remaining: count,
    cursor: z.string().min(1).optional().meta({ description: 'Where the next request of this kind goes on.' }),
  })
  .meta({
    description:
      '`matched` is `revoked`, the number that `failed`, and `remaining`, which counts what there was no time to look at. ' +
      'Repeat the request until only the first is left: with the `cursor` of the answer, or without where it has none.',
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
      .meta({ description: 'Of `invalid_request`; `path` names the field as it was sent, "" the whole.' }),
    error: z.literal('invalid_request').optional().meta({ description: 'Of `POST /revoke`: RFC 7009.' }),
    successorId: KeyId.optional().meta({ description: 'Of `already_rotated`.' }),
  })
  .meta({ description: 'RFC 9457. `code` tells what to do; `requestId` finds the request in our log.' });

const Contract = z.looseObject({ openapi: z.string(), paths: z.looseObject({}) }).meta({ description: 'OpenAPI 3.1.' });

/** The bodies of answers, by the names that they have in the document. */
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
