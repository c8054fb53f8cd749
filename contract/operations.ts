import type * as z from 'zod';
import { GetKeyInput } from '../functions/get-key/schema.ts';
import { ListKeysInput } from '../functions/list-keys/schema.ts';
import { RevokeKeyInput } from '../functions/revoke-key/schema.ts';
import { RotateKeyInput } from '../functions/rotate-key/schema.ts';
import { UpdateKeyInput } from '../functions/update-key/schema.ts';
import type { answers } from './answers.ts';
import type { ProblemName } from './problems.ts';
import type { requests } from './requests.ts';

/** One method of one path: its input, and all of its answers. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tag: 'keys' | 'open' | 'backend';
  readonly description?: string;
  readonly path?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: keyof typeof requests;
  /** The body is form-encoded instead of JSON. */
  readonly isForm?: boolean;
  readonly success: {
    readonly status: number;
    readonly description: string;
    readonly body?: keyof typeof answers;
    readonly hasLocation?: boolean;
  };
  readonly problems: readonly ProblemName[];
}

/** For every route: an unknown query parameter, too many requests, faults. */
const common = ['BadRequest', 'Throttled', 'Fault', 'TimedOut'] as const;
/** For every route behind the authorizer. */
const authorized = [...common, 'Unauthorized'] as const;
const reading = [...authorized, 'LacksScope', 'Unavailable'] as const;
/** For routes that create or change keys. */
const granting = [...authorized, 'BeyondAuthority', 'TooLarge', 'Unfinished'] as const;

/**
 * The routes of the customers' API, by path and method. Scalekit's webhook is served there too, but is no business of
 * customers.
 */
export const operations: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  '/keys': {
    get: {
      operationId: 'listKeys',
      summary: 'List the active keys that the caller can see, a page at a time',
      description: 'Needs `keys:read`. A page may be short, even empty: continue while there is a `nextPageToken`.',
      tag: 'keys',
      query: ListKeysInput.query,
      success: { status: 200, description: 'A page of keys.', body: 'KeyList' },
      problems: reading,
    },
    post: {
      operationId: 'createKey',
      summary: 'Create a key of the caller’s organization',
      description:
        'Needs `keys:write`, and `keys:users` for a key of a user. No key creates a key with more authority than itself. ' +
        'If the keys of a user are limited, a key beyond the limit is 409 `too_many_keys`.',
      tag: 'keys',
      body: 'CreateKeyRequest',
      success: { status: 201, description: 'The key, with the plain key.', body: 'CreatedKey', hasLocation: true },
      problems: [...granting, 'TooManyKeys'],
    },
  },
  '/keys/{keyId}': {
    get: {
      operationId: 'getKey',
      summary: 'Show one active key that the caller can see',
      description: 'Needs `keys:read`.',
      tag: 'keys',
      path: GetKeyInput.path,
      success: { status: 200, description: 'The key.', body: 'Key' },
      problems: [...reading, 'NotFound'],
    },
    patch: {
      operationId: 'updateKey',
      summary: 'Change description, scope or claims of a key',
      description:
        'Needs `keys:write`, and `keys:users` for a key of a user. Absent fields stay as they are. `""` clears description ' +
        'or scope. `customClaims` replaces all claims except the scope and the reserved ones. A change can only narrow a ' +
        'key: remove scope words, add claims, narrow `allowed_ips`, or suspend it. Any other change is 403 ' +
        '`beyond_authority`. Requests with a suspended key are 401 `key_suspended`.',
      tag: 'keys',
      path: UpdateKeyInput.path,
      body: 'UpdateKeyRequest',
      success: { status: 200, description: 'The key as it is now.', body: 'Key' },
      problems: [...granting, 'NotFound', 'NotApplied'],
    },
    delete: {
      operationId: 'revokeKey',
      summary: 'Revoke a key',
      description: 'Needs `keys:write`. Idempotent: it also succeeds if there is nothing to revoke.',
      tag: 'keys',
      path: RevokeKeyInput.path,
      success: { status: 204, description: 'No key with this id that the caller can see is active.' },
      problems: [...authorized, 'LacksScope', 'Unfinished'],
    },
  },
  '/keys/{keyId}/rotate': {
    post: {
      operationId: 'rotateKey',
      summary: 'Replace a key with a new one',
      description:
        'Needs `keys:write`, and authority over the key. The old key ends at once, or after `overlapSeconds`.',
      tag: 'keys',
      path: RotateKeyInput.path,
      body: 'RotateKeyRequest',
      success: { status: 201, description: 'The new key, with the plain key.', body: 'RotatedKey', hasLocation: true },
      problems: [...granting, 'NotFound', 'AlreadyRotated'],
    },
  },
  '/keys/revoke': {
    post: {
      operationId: 'revokeKeys',
      summary: 'Revoke all keys that the caller can see and that match every filter',
      description: 'Needs `keys:write`. Requires at least one filter, or `all`.',
      tag: 'keys',
      body: 'RevokeKeysRequest',
      success: {
        status: 200,
        description: 'How many keys were revoked and remain, and which failed.',
        body: 'BulkAnswer',
      },
      problems: [...authorized, 'LacksScope', 'TooLarge', 'Unfinished'],
    },
  },
  '/revoke': {
    post: {
      operationId: 'revokeLeakedKey',
      summary: 'Revoke a key by its plain key (RFC 7009)',
      description: 'The answer is the same whether the key exists or not.',
      tag: 'open',
      body: 'LeakedKey',
      isForm: true,
      success: { status: 200, description: 'The token is not an active key.' },
      problems: [...common, 'TooLarge', 'Unfinished'],
    },
  },
  '/whoami': {
    get: {
      operationId: 'whoami',
      summary: 'Show the caller; an example of a backend',
      tag: 'backend',
      success: { status: 200, description: 'The caller.', body: 'Caller' },
      problems: [...authorized, 'Unavailable'],
    },
  },
  '/openapi.json': {
    get: {
      operationId: 'getContract',
      summary: 'Show this document',
      tag: 'open',
      success: { status: 200, description: 'The contract of the API.', body: 'Contract' },
      problems: common,
    },
  },
};
