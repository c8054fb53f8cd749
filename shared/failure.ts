/** One error in the input. `path` is the field as the sender wrote it (`customClaims.env`), or `""` for the whole input. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/**
 * Every failure of an operation. `problem.ts` gives each kind its one status and body. `cause` is for our log and is never sent.
 */
export type Failure =
  | { readonly kind: 'invalid_request'; readonly errors: readonly FieldError[] }
  | { readonly kind: 'invalid_token' }
  | { readonly kind: 'invalid_webhook_signature' }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'insufficient_scope'; readonly scope: string }
  | { readonly kind: 'beyond_authority'; readonly detail: string }
  | { readonly kind: 'upstream_unavailable'; readonly reason: string; readonly cause: unknown }
  | { readonly kind: 'not_applied' }
  | { readonly kind: 'already_rotated'; readonly successorId: string }
  | { readonly kind: 'too_many_keys'; readonly limit: number }
  | { readonly kind: 'cache_not_flushed'; readonly cause: unknown }
  | { readonly kind: 'outcome_unknown'; readonly cause: unknown }
  | { readonly kind: 'internal_error'; readonly cause: unknown };

/** An `invalid_request` about one field. */
export function invalid(path: string, message: string): Failure {
  return { kind: 'invalid_request', errors: [{ path, message }] };
}

/** The outcome cannot be determined at the moment. It is safe to repeat the request. */
export type Outage = Extract<Failure, { readonly kind: 'upstream_unavailable' }>;

/** Maps any failed call to `upstream_unavailable`, for steps that are safe to retry whatever the cause. */
export function outage(failure: { readonly kind: string; readonly cause: unknown }): Outage {
  return { kind: 'upstream_unavailable', reason: failure.kind, cause: failure.cause };
}

/** A fault of our own; the message is for our log. */
export function internalError(message: string): Failure {
  return { kind: 'internal_error', cause: new Error(message) };
}
