import type { Failure } from '../failure.ts';

interface ProblemType {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly retryAfterSeconds?: number;
}

/** The one place where a failure of a Lambda gets its status. What is not in it can't be answered, only thrown. */
const problemTypes: Record<Failure['kind'], ProblemType> = {
  invalid_request: {
    status: 400,
    title: 'Bad Request',
    detail: 'The request does not fit; `errors` names each field.',
  },
  invalid_token: { status: 401, title: 'Unauthorized', detail: 'The API key has expired or was revoked.' },
  invalid_webhook_signature: {
    status: 401,
    title: 'Unauthorized',
    detail: 'The signature is missing, wrong, or older than 5 minutes.',
  },
  not_found: { status: 404, title: 'Not Found', detail: 'There is no such active key.' },
  insufficient_scope: { status: 403, title: 'Forbidden', detail: 'The API key lacks a scope.' },
  beyond_authority: { status: 403, title: 'Forbidden', detail: 'The request asks for more than the API key has.' },
  upstream_unavailable: {
    status: 503,
    title: 'Service Unavailable',
    detail: 'Scalekit, or AWS behind us, can not be reached or does not answer. It is safe to repeat the request.',
    retryAfterSeconds: 5,
  },
  outcome_unknown: {
    status: 503,
    title: 'Service Unavailable',
    detail: 'What became of the request is not known. List the keys, revoke what you do not know, and try again.',
    retryAfterSeconds: 5,
  },
  not_applied: {
    status: 502,
    title: 'Bad Gateway',
    detail: 'Scalekit took the change, but what came back is not what was asked. Look at the key.',
  },
  already_rotated: {
    status: 409,
    title: 'Conflict',
    detail: 'The key has a successor already: `successorId`. To revoke that and make another, send `replace`.',
  },
  too_many_keys: {
    status: 409,
    title: 'Conflict',
    detail: 'The user has as many active keys as a user may have. Revoke one of them first.',
  },
  cache_not_flushed: {
    status: 503,
    title: 'Service Unavailable',
    detail: 'The key is ended or unchanged, but requests with it may be accepted for a while. Repeat the request.',
    retryAfterSeconds: 1,
  },
  internal_error: { status: 500, title: 'Internal Server Error', detail: 'The fault is on our side, and is logged.' },
};

/** An RFC 9457 problem body. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: Failure['kind'];
  readonly requestId: string;
  readonly errors?: readonly { path: string; message: string }[];
  /** Of `already_rotated`. */
  readonly successorId?: string;
}

/** The public side of a failure: its problem body and the headers that go with it. Causes stay behind. */
export function toProblem(failure: Failure, requestId: string): { body: Problem; headers: Record<string, string> } {
  const { status, title, detail, retryAfterSeconds } = problemTypes[failure.kind];
  return {
    body: {
      type: 'about:blank',
      title,
      status,
      detail: publicDetail(failure) ?? detail,
      code: failure.kind,
      requestId,
      ...(failure.kind === 'invalid_request' ? { errors: failure.errors } : {}),
      ...(failure.kind === 'already_rotated' ? { successorId: failure.successorId } : {}),
    },
    headers: retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) },
  };
}

function publicDetail(failure: Failure): string | undefined {
  if (failure.kind === 'insufficient_scope') return `The API key lacks the scope "${failure.scope}".`;
  if (failure.kind === 'beyond_authority') return failure.detail;
  if (failure.kind === 'too_many_keys')
    return `The limit of active keys per user is ${failure.limit}, and the user has reached it. Revoke one of them first.`;
  return undefined;
}
