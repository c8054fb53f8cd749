import type { Failure } from '../shared/failure.ts';

/** The codes that only the gateway sends, on a route of the contract. */
export const gatewayCodes = [
  'missing_credentials',
  'malformed_credentials',
  'key_suspended',
  'address_not_allowed',
  'request_too_large',
  'throttled',
  'quota_exceeded',
  'not_metered',
  'timeout',
] as const;

/** What tells one problem from another. Only Scalekit's webhook is answered with `invalid_webhook_signature`. */
export type ProblemCode = Exclude<Failure['kind'], 'invalid_webhook_signature'> | (typeof gatewayCodes)[number];

interface ProblemAnswer {
  readonly status: number;
  readonly codes: readonly ProblemCode[];
  readonly description: string;
}

const scoped = ['insufficient_scope'] as const;
const unavailable = ['upstream_unavailable', 'not_metered'] as const;

/** The problems that routes answer with, by the names that they have in the document. */
export const problems = {
  BadRequest: { status: 400, codes: ['invalid_request'], description: 'The input is not valid.' },
  Unauthorized: {
    status: 401,
    codes: ['missing_credentials', 'malformed_credentials', 'invalid_token', 'key_suspended', 'address_not_allowed'],
    description:
      'The key is missing, malformed, bad, suspended, or not allowed from this address. Replace a key on `invalid_token` only.',
  },
  LacksScope: { status: 403, codes: scoped, description: 'The key does not have the scope that the request needs.' },
  BeyondAuthority: {
    status: 403,
    codes: [...scoped, 'beyond_authority'],
    description: 'The key does not have the scope, or the request asks for more than the key has.',
  },
  NotFound: { status: 404, codes: ['not_found'], description: 'The caller can see no active key with this id.' },
  AlreadyRotated: {
    status: 409,
    codes: ['already_rotated'],
    description: 'The key has a successor. Send `replace` to revoke the successor and create another.',
  },
  TooManyKeys: {
    status: 409,
    codes: ['too_many_keys'],
    description: 'The user has reached the limit of active keys. Revoke one of them, then retry.',
  },
  TooLarge: { status: 413, codes: ['request_too_large'], description: 'The body is larger than 10 MB.' },
  Throttled: {
    status: 429,
    codes: ['throttled', 'quota_exceeded'],
    description:
      'There are too many requests. Wait for the seconds in `Retry-After`, then retry. With `quota_exceeded`, the quota of the plan is used up until its next period.',
  },
  Fault: {
    status: 500,
    codes: ['internal_error'],
    description: 'The server failed. The error is logged under `requestId`.',
  },
  NotApplied: {
    status: 502,
    codes: ['not_applied'],
    description: 'The change was accepted, but the key is not as requested. Get the key and check it.',
  },
  Unavailable: {
    status: 503,
    codes: unavailable,
    description: 'A service that this API depends on does not answer. The key may be good: keep it, and retry.',
  },
  Unfinished: {
    status: 503,
    codes: [...unavailable, 'outcome_unknown', 'cache_not_flushed'],
    description:
      'As `upstream_unavailable`. With `outcome_unknown` the change may have been made; with `cache_not_flushed` the key may be accepted for a while.',
  },
  TimedOut: { status: 504, codes: ['timeout'], description: 'The request took too long. It may still take effect.' },
} as const satisfies Readonly<Record<string, ProblemAnswer>>;

export type ProblemName = keyof typeof problems;

/** Every code. The compiler refuses this if a kind of failure is missing from the problems. */
export const problemCodes = [
  ...new Set(Object.values(problems).flatMap(({ codes }): readonly ProblemCode[] => codes)),
] satisfies [ProblemCode] extends [(typeof problems)[ProblemName]['codes'][number]] ? unknown : never;
