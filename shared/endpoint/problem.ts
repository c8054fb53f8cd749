import { problemType } from '../deployment.ts';
import type { Failure, FieldError } from '../failure.ts';

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
    detail: 'The request is not valid: `errors` lists each problem.',
  },
  invalid_token: { status: 401, title: 'Unauthorized', detail: 'The API key or token has expired or was revoked.' },
  invalid_webhook_signature: {
    status: 401,
    title: 'Unauthorized',
    detail: 'The webhook signature is missing, wrong, or older than 5 minutes.',
  },
  not_found: { status: 404, title: 'Not Found', detail: 'It does not exist, or this caller cannot see it.' },
  insufficient_scope: {
    status: 403,
    title: 'Forbidden',
    detail: 'The caller does not have the scope that this request needs.',
  },
  beyond_authority: { status: 403, title: 'Forbidden', detail: 'The request asks for more than the caller has.' },
  upstream_unavailable: {
    status: 503,
    title: 'Service Unavailable',
    detail: 'A service that this API depends on does not answer. It is safe to repeat the request.',
    retryAfterSeconds: 5,
  },
  outcome_unknown: {
    status: 503,
    title: 'Service Unavailable',
    detail: 'The outcome of the request is unknown. List the keys, revoke any that you do not recognize, then retry.',
    retryAfterSeconds: 5,
  },
  not_applied: {
    status: 502,
    title: 'Bad Gateway',
    detail: 'The change was accepted, but the key is not as requested. Get the key and check it.',
  },
  already_rotated: {
    status: 409,
    title: 'Conflict',
    detail:
      'The key already has a successor: `successorId`. To revoke the successor and create another, send `replace`.',
  },
  too_many_keys: {
    status: 409,
    title: 'Conflict',
    detail: 'The user has reached the limit of active keys. Revoke one of them, then retry.',
  },
  cache_not_flushed: {
    status: 503,
    title: 'Service Unavailable',
    detail: 'The change is not complete: requests with the key may be accepted for a while. Repeat the request.',
    retryAfterSeconds: 1,
  },
  internal_error: {
    status: 500,
    title: 'Internal Server Error',
    detail: 'The server failed. The error is logged under `requestId`.',
  },
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
  /** Of `insufficient_scope`: the word that the key lacks. */
  readonly scope?: string;
}

/**
 * The public side of a failure: its problem body and the headers that go with it. Causes stay behind. `docsUrl` is the page
 * that explains the codes.
 */
export function toProblem(
  failure: Failure,
  requestId: string,
  docsUrl?: string,
): { body: Problem; headers: Record<string, string> } {
  const { status, title, detail, retryAfterSeconds } = problemTypes[failure.kind];
  return {
    body: {
      type: problemType(docsUrl, failure.kind),
      title,
      status,
      detail: publicDetail(failure) ?? detail,
      code: failure.kind,
      requestId,
      ...(failure.kind === 'invalid_request' ? { errors: failure.errors } : {}),
      ...(failure.kind === 'already_rotated' ? { successorId: failure.successorId } : {}),
      ...(failure.kind === 'insufficient_scope' ? { scope: failure.scope } : {}),
    },
    headers: retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) },
  };
}

function publicDetail(failure: Failure): string | undefined {
  if (failure.kind === 'invalid_request') return detailOf(failure.errors);
  if (failure.kind === 'insufficient_scope') return `The caller does not have the scope "${failure.scope}".`;
  if (failure.kind === 'beyond_authority') return failure.detail;
  if (failure.kind === 'too_many_keys')
    return `The user has reached the limit of ${failure.limit} active keys. Revoke one of them, then retry.`;
  return undefined;
}

/** A single error is the detail: clients log the detail. */
function detailOf([first, ...others]: readonly FieldError[]): string | undefined {
  if (first === undefined || others.length > 0) return undefined;
  return first.path === '' ? first.message : `${first.path}: ${first.message}`;
}
