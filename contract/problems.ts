import type { Failure } from '../shared/failure.ts';

/** The codes that only the gateway sends, on a route of the contract. */
export const gatewayCodes = [
  'missing_credentials',
  'malformed_credentials',
  'address_not_allowed',
  'request_too_large',
  'throttled',
  'timeout',
] as const;

/** What tells one problem from another. */
export type ProblemCode = Failure['kind'] | (typeof gatewayCodes)[number];

interface ProblemAnswer {
  readonly status: number;
  readonly codes: readonly ProblemCode[];
  readonly description: string;
}

const scoped = ['insufficient_scope'] as const;
const unavailable = ['upstream_unavailable'] as const;

/** The problems that routes answer with, by the names that they have in the document. */
export const problems = {
  BadRequest: { status: 400, codes: ['invalid_request'], description: 'The input does not fit.' },
  Unauthorized: {
    status: 401,
    codes: ['missing_credentials', 'malformed_credentials', 'invalid_token', 'address_not_allowed'],
    description: 'There is no key, or not one that is good, or not from here. Replace a key on `invalid_token` only.',
  },
  Unsigned: {
    status: 401,
    codes: ['invalid_webhook_signature'],
    description: 'The signature is missing, wrong, or older than 5 minutes.',
  },
  LacksScope: { status: 403, codes: scoped, description: 'The key lacks a scope.' },
  BeyondAuthority: {
    status: 403,
    codes: [...scoped, 'beyond_authority'],
    description: 'The key lacks a scope, or the request asks for more than the key has.',
  },
  NotFound: { status: 404, codes: ['not_found'], description: 'There is no such active key that the caller can see.' },
  AlreadyRotated: {
    status: 409,
    codes: ['already_rotated'],
    description: 'The key has a successor; send `replace` to revoke that and make another.',
  },
  TooManyKeys: {
    status: 409,
    codes: ['too_many_keys'],
    description: 'The user has as many active keys as a user may have; revoke one of them first.',
  },
  TooLarge: { status: 413, codes: ['request_too_large'], description: 'The body is over 10 MB.' },
  Throttled: { status: 429, codes: ['throttled'], description: 'Too many requests.' },
  Fault: { status: 500, codes: ['internal_error'], description: 'Our fault; it is logged under `requestId`.' },
  NotApplied: {
    status: 502,
    codes: ['not_applied'],
    description: 'Scalekit took the change, but the key is not what was asked; look at it.',
  },
  Unavailable: {
    status: 503,
    codes: unavailable,
    description: 'Scalekit or our access to it failed; the key may be good, and it is safe to repeat.',
  },
  Unfinished: {
    status: 503,
    codes: [...unavailable, 'outcome_unknown', 'cache_not_flushed'],
    description: 'As `upstream_unavailable`; or the change may be made, or cached decisions may not follow it yet.',
  },
  TimedOut: { status: 504, codes: ['timeout'], description: 'The request took too long.' },
} as const satisfies Readonly<Record<string, ProblemAnswer>>;

export type ProblemName = keyof typeof problems;

/** Every code. The compiler refuses this if a kind of failure is missing from the problems. */
export const problemCodes = [
  ...new Set(Object.values(problems).flatMap(({ codes }): readonly ProblemCode[] => codes)),
] satisfies [ProblemCode] extends [(typeof problems)[ProblemName]['codes'][number]] ? unknown : never;
