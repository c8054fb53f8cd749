import { type Failure, invalid } from '../failure.ts';
import type { Metrics } from '../metrics.ts';
import { fail, ok, type Result } from '../result.ts';
import type { AccessToken, AccessTokens } from './access-token.ts';
import type { Breaker } from './breaker.ts';
import { Code, ConnectError } from './grpc.ts';
import {
  type CallFailure,
  type OutageReason,
  reasonToMend,
  unavailable,
  verdictOn,
  verdictOnGrant,
} from './verdict.ts';

/** Turns a refusal by Scalekit into an error of a field. Any other failure of a call stays as it is. */
export function refusedAs(failure: CallFailure, path: string, message: string): Failure {
  return failure.kind === 'refused' ? invalid(path, message) : failure;
}

/** The options of one call. */
export interface CallKind {
  /** A shorter deadline than usual, if the caller can do without an answer. */
  readonly withinMs?: number | undefined;
  /**
   * For calls of a revocation: a rate limit does not stop them. The call waits as long as Scalekit asks, if that ends before its
   * deadline. It is sent once more if it is itself rate-limited.
   */
  readonly waitsForLimit?: boolean | undefined;
}

/** The limits of all calls. */
export interface CallLimits {
  /** The limit of one call, including repeats, renewals, and the wait for an access token and a connection. */
  readonly deadlineMs: number;
  /**
   * The limit of its attempts, counted from when the access token and the connection are available. @default the rest of
   * `deadlineMs`
   */
  readonly answerMs?: number | undefined;
}

/** Runs one call to Scalekit. `attempt` gets a token and the deadline (ms since the epoch), and may run again. */
export type CallPolicy = <T>(
  repeatable: boolean,
  attempt: (token: AccessToken, deadline: number) => Promise<T>,
  kind?: CallKind,
) => Promise<Result<T, CallFailure>>;

/** The connections that calls use. */
export interface Connections {
  /** Waits until a connection is open or has failed. Never rejects: the attempt reports a failed connection. */
  ready(environmentUrl: string): Promise<void>;
}

/**
 * Our policy for calls: one deadline for the whole call, at most one renewal of the access token, repeats only of calls that are
 * safe to repeat and not rate-limited, and no calls while the breaker is open. The gRPC code decides the verdict.
 */
export function callPolicy(
  accessTokens: AccessTokens,
  breaker: Breaker,
  limits: CallLimits,
  metrics: Metrics,
  connections: Connections = { ready: async () => {} },
): CallPolicy {
  const { deadlineMs } = limits;
  let oursToMend: OutageReason | undefined;
  const onLimit = (askedMs: number) => {
    breaker.limit(askedMs);
    metrics.measure('RateLimited');
  };
  return async (repeatable, attempt, { withinMs = deadlineMs, waitsForLimit = false } = {}) => {
    const startedAt = Date.now();
    const deadline = startedAt + Math.min(withinMs, deadlineMs);
    const limitedMs = breaker.limitedMs();
    if (limitedMs > 0 && !waitsForLimit) return outage('rate_limited', new Error('Scalekit limited us a moment ago'));
    if (limitedMs > 0) await pauseWithin(limitedMs, deadline); // sent at once if the limit ends too late
    if (!breaker.allows()) return outage(oursToMend ?? 'breaker_open', new Error('Scalekit was down a moment ago'));
    const call: Call<typeof attempt> = { attempt, repeatable, deadline, answerMs: limits.answerMs, waitsForLimit };
    const result = await run(call, accessTokens, connections, onLimit);
    const answered = result.ok || result.failure.kind === 'refused';
    const isLimited = !result.ok && 'reason' in result.failure && result.failure.reason === 'rate_limited';
    // A call with a shorter deadline says nothing about calls that wait for the whole deadline.
    if (answered || (withinMs >= deadlineMs && !isLimited)) breaker.record(answered ? 'answered' : 'outage');
    metrics.measure('UpstreamLatency', Date.now() - startedAt);
    if (!answered) metrics.measure('UpstreamFailures');
    oursToMend = result.ok ? undefined : reasonToMend(result.failure);
    if (oursToMend) metrics.measure('CredentialsRefused');
    return result;
  };
}

interface Call<Attempt> {
  readonly attempt: Attempt;
  readonly repeatable: boolean;
  readonly deadline: number;
  readonly answerMs: number | undefined;
  readonly waitsForLimit: boolean;
}

/** Makes the attempts of one call. A renewal of the access token does not count as a repeat, nor does a wait for a rate limit. */
async function run<T>(
  { attempt, repeatable, deadline, answerMs, waitsForLimit }: Call<CallAttempt<T>>,
  accessTokens: AccessTokens,
  connections: Connections,
  onLimit: (askedMs: number) => void,
): Promise<Result<T, CallFailure>> {
  let token: AccessToken | undefined;
  let refusal: { readonly token: AccessToken; readonly cause: unknown } | undefined;
  let answerBy: number | undefined;
  let mayWait = waitsForLimit;
  for (let repeats = 0; ; ) {
    try {
      token ??= await tokenFor(accessTokens, refusal?.token, deadline);
      if (token === refusal?.token) return outage('credentials_refused', refusal.cause);
      answerBy ??= await answerTime(answerMs, connections, token, deadline);
      return ok(await attempt(token, answerBy));
    } catch (thrown) {
      const verdict = token ? verdictOn(thrown, repeatable) : verdictOnGrant(thrown, refusal?.cause);
      if (verdict === 'renew') {
        if (refusal || !token) return outage('credentials_refused', thrown);
        // The call was refused before it was carried out, so even a create may be sent again: once, with another token.
        refusal = { token, cause: thrown };
        token = undefined;
        answerBy = undefined;
        continue;
      }
      if (verdict.limitMs !== undefined) {
        onLimit(verdict.limitMs);
        if (!mayWait || !(await pauseWithin(verdict.limitMs, deadline))) return fail(verdict.failure);
        mayWait = false;
        answerBy = undefined;
      } else if (
        verdict.repeat &&
        repeats < maxRepeats &&
        (await pauseWithin(backoffMs(repeats), answerBy ?? deadline))
      ) {
        repeats++;
      } else {
        return fail(verdict.failure);
      }
    }
  }
}

type CallAttempt<T> = (token: AccessToken, deadline: number) => Promise<T>;

async function tokenFor(
  accessTokens: AccessTokens,
  refused: AccessToken | undefined,
  deadline: number,
): Promise<AccessToken> {
  if (refused) return before(deadline, accessTokens.renew(refused));
  return accessTokens.held() ?? before(deadline, accessTokens.fetch());
}

/** The deadline of attempts (ms since the epoch). The time to connect does not count. */
async function answerTime(
  answerMs: number | undefined,
  connections: Connections,
  { environmentUrl }: AccessToken,
  deadline: number,
): Promise<number> {
  if (answerMs === undefined) return deadline;
  await before(deadline, connections.ready(environmentUrl));
  return Math.min(deadline, Date.now() + answerMs);
}

/** Few, because each goes to a Scalekit that has just failed. */
const maxRepeats = 2;

function backoffMs(repeats: number): number {
  return 50 * 2 ** repeats * (1 + Math.random());
}

/** Pauses if there is time left after the pause. Reports whether it did. */
async function pauseWithin(pauseMs: number, deadline: number): Promise<boolean> {
  if (Date.now() + pauseMs >= deadline) return false;
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
  return true;
}

function outage(reason: OutageReason, cause: unknown): { readonly ok: false; readonly failure: CallFailure } {
  return fail(unavailable(reason, cause));
}

function before<T>(deadline: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new ConnectError('no access token or connection in time', Code.DeadlineExceeded));
    const timer = setTimeout(late, deadline - Date.now());
    void promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
