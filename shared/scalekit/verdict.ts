import { isThrottledRead } from '../aws/secure-strings.ts';
import type { Outage } from '../failure.ts';
import { isGrantRefusal } from './access-token.ts';
import { Code, ConnectError, type ConnectError as GrpcError } from './grpc.ts';
import { rateLimitMs } from './rate-limit.ts';

/**
 * Why Scalekit gave no answer, for our log. `credentials_refused`: Scalekit refuses our client or its renewed access token.
 * `permission_denied`: it does not permit our client this call. `rate_limited`: it limits us, now or a moment ago.
 * `ssm_throttled`: SSM throttles the reads of our secrets. No reason says anything about the key.
 */
export type OutageReason =
  | 'credentials_refused'
  | 'permission_denied'
  | 'rate_limited'
  | 'ssm_throttled'
  | 'breaker_open'
  | 'unreachable';

/**
 * Why a call failed. `refused`: Scalekit does not know the object (NOT_FOUND, `isUnknown`) or does not accept the input
 * (INVALID_ARGUMENT). `outcome_unknown`: a create or update was sent, and its outcome is unknown.
 */
export type CallFailure =
  | { readonly kind: 'refused'; readonly isUnknown: boolean; readonly cause: GrpcError }
  | Outage
  | { readonly kind: 'outcome_unknown'; readonly cause: unknown };

/** The consequence of a failed attempt: get another token, or fail. The call may be repeated before it fails. */
export type Verdict =
  | 'renew'
  | {
      readonly repeat: boolean;
      readonly failure: CallFailure;
      /** For a rate limit: how long Scalekit asks us to wait. */
      readonly limitMs?: number;
    };

/** The verdict on a failed grant. `refusal` is the error that refused the access token that the grant should replace, if any. */
export function verdictOnGrant(thrown: unknown, refusal?: unknown): Verdict {
  const limited = verdictOnLimit(thrown);
  if (limited) return limited;
  if (refusal) return { repeat: false, failure: unavailable('credentials_refused', refusal) };
  if (isGrantRefusal(thrown)) return { repeat: false, failure: unavailable('credentials_refused', thrown) };
  // The read was already repeated until its timeout.
  if (isThrottledRead(thrown)) return { repeat: false, failure: unavailable('ssm_throttled', thrown) };
  return { repeat: true, failure: unavailable('unreachable', thrown) };
}

/** The verdict on a call that was sent. The gRPC code decides, or the message if connect has no code: see rate-limit.ts. */
export function verdictOn(thrown: unknown, repeatable: boolean): Verdict {
  const error = ConnectError.from(thrown);
  if (error.code === Code.Unauthenticated) return 'renew';
  const isUnknown = error.code === Code.NotFound;
  if (isUnknown || error.code === Code.InvalidArgument)
    return { repeat: false, failure: { kind: 'refused', isUnknown, cause: error } };
  if (error.code === Code.PermissionDenied) return { repeat: false, failure: unavailable('permission_denied', error) };
  const limited = verdictOnLimit(error);
  if (limited) return limited;
  if (repeatable || neverLeft(error) || error.code === Code.Unimplemented)
    return { repeat: repeatable && isTransient(error), failure: unavailable('unreachable', error) };
  return { repeat: false, failure: { kind: 'outcome_unknown', cause: error } };
}

/** A rate-limited call was not carried out, so the outcome of a create or update is never unknown. */
function verdictOnLimit(error: unknown): Verdict | undefined {
  const limitMs = rateLimitMs(error);
  return limitMs === undefined ? undefined : { repeat: false, failure: unavailable('rate_limited', error), limitMs };
}

export function unavailable(reason: OutageReason, cause: unknown): Outage {
  return { kind: 'upstream_unavailable', reason, cause };
}

/** Why Scalekit refuses us; `undefined` for a failure of another kind. */
export function reasonToMend(failure: CallFailure): OutageReason | undefined {
  if (failure.kind !== 'upstream_unavailable') return undefined;
  const { reason } = failure;
  return reason === 'credentials_refused' || reason === 'permission_denied' ? reason : undefined;
}

/** The connection broke, or Scalekit asks for a retry. */
function isTransient(error: GrpcError): boolean {
  const cause = causeCode(error) ?? '';
  if (cause === 'ECONNRESET' || cause.startsWith('ERR_HTTP2_')) return true;
  return [Code.Aborted, Code.Canceled, Code.Unavailable].includes(error.code);
}

/** No connection was made, so nothing can have been done. */
function neverLeft(error: GrpcError): boolean {
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'].includes(causeCode(error) ?? '');
}

function causeCode(error: GrpcError): string | undefined {
  return error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : undefined;
}
