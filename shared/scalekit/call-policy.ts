import { type Failure, invalid, type Outage } from '../failure.ts';
import type { Metrics } from '../metrics.ts';
import { fail, ok, type Result } from '../result.ts';
import { type AccessToken, type AccessTokens, isGrantRefusal } from './access-token.ts';
import type { Breaker } from './breaker.ts';
import { Code, ConnectError, type ConnectError as GrpcError } from './grpc.ts';

/**
 * Why nobody can tell, for our log. `credentials_refused`: Scalekit refuses our client or its renewed access token.
 * `permission_denied`: it refuses what our client asks. Both are for us to mend, and no word on the key.
 */
type OutageReason = 'credentials_refused' | 'permission_denied' | 'breaker_open' | 'unreachable';

/**
 * Why a call gave nothing. `refused`: Scalekit does not know the thing (NOT_FOUND, `isUnknown`) or would not take the
 * input (INVALID_ARGUMENT). `outcome_unknown`: a create or update left, and its outcome is unknown.
 */
export type CallFailure =
  | { readonly kind: 'refused'; readonly isUnknown: boolean; readonly cause: GrpcError }
  | Outage
  | { readonly kind: 'outcome_unknown'; readonly cause: unknown };

/** What Scalekit refuses is the fault of a field; any other failure of a call stays what it is. */
export function refusedAs(failure: CallFailure, path: string, message: string): Failure {
  return failure.kind === 'refused' ? invalid(path, message) : failure;
}

/** Runs one call of Scalekit: `attempt` is given a token and the deadline (ms since the epoch), and may run again. */
export type CallPolicy = <T>(
  repeatable: boolean,
  attempt: (token: AccessToken, deadline: number) => Promise<T>,
  /** Less than the usual deadline, where the caller can do without an answer. */
  withinMs?: number,
) => Promise<Result<T, CallFailure>>;

/**
 * Our policy for calls: one deadline for all of a call, at most one renewal of the access token, repeats only of what
 * is safe to repeat, and none while the breaker is open. The verdict goes by gRPC code, never by message.
 */
export function callPolicy(
  accessTokens: AccessTokens,
  breaker: Breaker,
  deadlineMs: number,
  metrics: Metrics,
): CallPolicy {
  let oursToMend: OutageReason | undefined;
  return async (repeatable, attempt, withinMs = deadlineMs) => {
    if (!breaker.allows()) return outage(oursToMend ?? 'breaker_open', new Error('Scalekit was down a moment ago'));
    const startedAt = Date.now();
    const result = await run(accessTokens, repeatable, attempt, startedAt + Math.min(withinMs, deadlineMs));
    const answered = result.ok || result.failure.kind === 'refused';
    // A call that was cut short says nothing about those that wait for the whole deadline.
    if (answered || withinMs >= deadlineMs) breaker.record(answered ? 'answered' : 'outage');
    metrics.measure('UpstreamLatency', Date.now() - startedAt);
    if (!answered) metrics.measure('UpstreamFailures');
    oursToMend = result.ok ? undefined : reasonToMend(result.failure);
    if (oursToMend) metrics.measure('CredentialsRefused');
    return result;
  };
}

/** Makes the attempts of one call. A renewal of the access token is not counted as a repeat. */
async function run<T>(
  accessTokens: AccessTokens,
  repeatable: boolean,
  attempt: (token: AccessToken, deadline: number) => Promise<T>,
  deadline: number,
): Promise<Result<T, CallFailure>> {
  let token: AccessToken | undefined;
  let renewed = false;
  for (let repeats = 0; ; ) {
    try {
      token ??= accessTokens.held() ?? (await before(deadline, accessTokens.fetch()));
      return ok(await attempt(token, deadline));
    } catch (thrown) {
      const verdict = token ? verdictOn(thrown, repeatable) : verdictOnGrant(thrown);
      if (verdict === 'renew' && token && !renewed) {
        // Refused before it was done, so that even a create may go again; once, with another token.
        renewed = true;
        const other = await otherToken(accessTokens, deadline, token);
        if (!other) return outage('credentials_refused', thrown);
        token = other;
      } else if (verdict === 'renew') {
        return outage('credentials_refused', thrown);
      } else if (verdict.repeat && (await mayRepeat(repeats, deadline))) {
        repeats++;
      } else {
        return fail(verdict.failure);
      }
    }
  }
}

/** What follows from a failed attempt: another token, or a failure, before which the call may be repeated. */
type Verdict = 'renew' | { readonly repeat: boolean; readonly failure: CallFailure };

function verdictOnGrant(thrown: unknown): Verdict {
  return isGrantRefusal(thrown)
    ? { repeat: false, failure: unavailable('credentials_refused', thrown) }
    : { repeat: true, failure: unavailable('unreachable', thrown) };
}

function verdictOn(thrown: unknown, repeatable: boolean): Verdict {
  const error = ConnectError.from(thrown);
  if (error.code === Code.Unauthenticated) return 'renew';
  const isUnknown = error.code === Code.NotFound;
  if (isUnknown || error.code === Code.InvalidArgument)
    return { repeat: false, failure: { kind: 'refused', isUnknown, cause: error } };
  if (error.code === Code.PermissionDenied) return { repeat: false, failure: unavailable('permission_denied', error) };
  if (repeatable || neverLeft(error) || isRefusal(error))
    return { repeat: repeatable && isTransient(error), failure: unavailable('unreachable', error) };
  return { repeat: false, failure: { kind: 'outcome_unknown', cause: error } };
}

async function otherToken(
  accessTokens: AccessTokens,
  deadline: number,
  refused: AccessToken,
): Promise<AccessToken | undefined> {
  const other = await before(deadline, accessTokens.renew(refused)).catch(() => undefined);
  return other === refused ? undefined : other;
}

/** Why Scalekit refuses us; `undefined` for a failure of another kind. */
function reasonToMend(failure: CallFailure): OutageReason | undefined {
  if (failure.kind !== 'upstream_unavailable') return undefined;
  const { reason } = failure;
  return reason === 'credentials_refused' || reason === 'permission_denied' ? reason : undefined;
}

/** Few: Scalekit's rate limit arrives as UNAVAILABLE too, and is not to be hammered. */
const maxRepeats = 2;

/** Pauses before a repeat, where one is left and there is time for it. */
async function mayRepeat(repeats: number, deadline: number): Promise<boolean> {
  const pauseMs = 50 * 2 ** repeats * (1 + Math.random());
  if (repeats >= maxRepeats || Date.now() + pauseMs >= deadline) return false;
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
  return true;
}

function unavailable(reason: OutageReason, cause: unknown): CallFailure {
  return { kind: 'upstream_unavailable', reason, cause };
}

function outage(reason: OutageReason, cause: unknown): { readonly ok: false; readonly failure: CallFailure } {
  return fail(unavailable(reason, cause));
}

/** The connection broke, or Scalekit asks to come again. */
function isTransient(error: GrpcError): boolean {
  const cause = causeCode(error) ?? '';
  if (cause === 'ECONNRESET' || cause.startsWith('ERR_HTTP2_')) return true;
  return [Code.Aborted, Code.Canceled, Code.Unavailable].includes(error.code);
}

/** No connection was made, so nothing can have been done. */
function neverLeft(error: GrpcError): boolean {
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'].includes(causeCode(error) ?? '');
}

/** Scalekit answered that it did not do it. */
function isRefusal(error: GrpcError): boolean {
  return error.code === Code.ResourceExhausted || error.code === Code.Unimplemented;
}

function causeCode(error: GrpcError): string | undefined {
  return error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : undefined;
}

function before<T>(deadline: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new ConnectError('no access token in time', Code.DeadlineExceeded));
    const timer = setTimeout(late, deadline - Date.now());
    void promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
