import tokenModule from '@scalekit-sdk/node/lib/token.js';
import { millisecondsFromEnvironment } from '../environment.ts';
import { type Outage, outage } from '../failure.ts';
import type { AmendedKey, CreatedKey, KeyInfo, NewKey } from '../key.ts';
import type { Metrics } from '../metrics.ts';
import { fail, ok, type Result } from '../result.ts';
import { withoutUndefined } from '../without-undefined.ts';
import { type AccessToken, clientCredentialsTokens } from './access-token.ts';
import { breaker } from './breaker.ts';
import { type CallFailure, callPolicy } from './call-policy.ts';
import type { Secrets } from './credentials.ts';
import { type CallOptions, timestampFromDate } from './grpc.ts';
import { type GrpcService, grpcConnection } from './grpc-connection.ts';
import { type KeyPage, toKeyInfo, toKeyPage } from './key-info.ts';
import { secretsFromEnvironment } from './secrets.ts';

const TokenClient = tokenModule.default;
type TokenClient = InstanceType<typeof TokenClient>;

/** What may be asked of Scalekit's keys, under our call policy: one deadline per call, one renewal, few repeats. */
export interface KeyDirectory {
  /** The longest that a call takes, its retries included. */
  readonly deadlineMs: number;
  /**
   * Finds an active key by the plain key or by its id; `undefined` when there is none. A caller that passes on what a client
   * sent as a key must refuse ids first. `withinMs`: less than the usual deadline.
   */
  lookUp(keyOrId: string, withinMs?: number): Promise<Result<KeyInfo | undefined, Outage>>;
  /** `refused`: Scalekit does not know the organization or user, or would not take the page token. */
  list(
    organizationId: string,
    page: { userId?: string | undefined; pageSize: number; pageToken?: string | undefined },
  ): Promise<Result<KeyPage, CallFailure>>;
}

/** All of Scalekit's token API. Only `audit/` changes keys through it; operations are given the {@link KeyDirectory}. */
export interface Scalekit extends KeyDirectory {
  /** Creates a key, once: it is never repeated after it may have left. */
  create(key: NewKey): Promise<Result<CreatedKey, CallFailure>>;
  /** Sets claims (the whole map) and the description (`""` clears it), where given; not repeated once it may have left. */
  update(keyId: string, change: AmendedKey): Promise<Result<KeyInfo, CallFailure>>;
  /** Ends a key by its id. Idempotent: an id that Scalekit does not know is not active. */
  invalidate(keyId: string): Promise<Result<void, Outage>>;
}

/**
 * The Scalekit that the function's environment names: `SCALEKIT_PARAMETER_PATH`, `SCALEKIT_DEADLINE_MS`. At once it begins
 * to read the secrets, connect and fetch an access token, ahead of the first call.
 */
export function scalekitFromEnvironment(metrics: Metrics): Scalekit {
  return createScalekit(secretsFromEnvironment(), millisecondsFromEnvironment('SCALEKIT_DEADLINE_MS'), metrics);
}

/** The same for functions that only read keys; with secrets that they may have begun to read before this file was loaded. */
export function keyDirectoryFromEnvironment(metrics: Metrics, secrets: Secrets): KeyDirectory {
  return createScalekit(secrets, millisecondsFromEnvironment('SCALEKIT_DEADLINE_MS'), metrics);
}

type Call = <T>(
  repeatable: boolean,
  operation: (tokens: TokenClient) => Promise<T>,
  withinMs?: number,
) => Promise<Result<T, CallFailure>>;

/** Makes a {@link Scalekit}; `deadlineMs` bounds each call, its retries and renewals included. */
function createScalekit(secrets: Secrets, deadlineMs: number, metrics: Metrics): Scalekit {
  const call = caller(secrets, deadlineMs, metrics);
  return {
    deadlineMs,
    async lookUp(keyOrId, withinMs) {
      const answer = await call(true, (tokens) => tokens.validateToken(keyOrId), withinMs);
      if (answer.ok) return toKeyInfo(answer.value.tokenInfo);
      return answer.failure.kind === 'refused' ? ok(undefined) : fail(toOutage(answer.failure));
    },
    async list(organizationId, page) {
      const answer = await call(true, (tokens) => tokens.listTokens(organizationId, withoutUndefined(page)));
      return answer.ok ? toKeyPage(answer.value) : answer;
    },
    async create({ organizationId, userId, description, customClaims, expiresAt }) {
      const expiry = expiresAt === undefined ? undefined : timestampFromDate(new Date(expiresAt));
      const options = withoutUndefined({ customClaims, userId, description, expiry });
      const answer = await call(false, (tokens) => tokens.createToken(organizationId, options));
      if (!answer.ok) return answer;
      const info = toKeyInfo(answer.value.tokenInfo);
      if (!info.ok) return fail({ kind: 'outcome_unknown', cause: info.failure.cause });
      return ok({ key: answer.value.token, info: info.value });
    },
    async update(keyId, change) {
      const answer = await call(false, (tokens) => tokens.updateToken(keyId, change));
      if (!answer.ok) return answer;
      const info = toKeyInfo(answer.value.tokenInfo);
      return info.ok ? info : fail({ kind: 'outcome_unknown', cause: info.failure.cause });
    },
    async invalidate(keyId) {
      const answer = await call(true, (tokens) => tokens.invalidateToken(keyId));
      if (answer.ok || (answer.failure.kind === 'refused' && answer.failure.isUnknown)) return ok(undefined);
      return fail(toOutage(answer.failure));
    },
  };
}

/** Runs the SDK's calls under our policy, on our one connection and access token. */
function caller(secrets: Secrets, deadlineMs: number, metrics: Metrics): Call {
  const accessTokens = clientCredentialsTokens(secrets, deadlineMs);
  const connection = grpcConnection();
  const policy = callPolicy(accessTokens, breaker(), deadlineMs, metrics);

  function tokenClient(accessToken: AccessToken, deadline: number): TokenClient {
    const grpc = {
      createClient: (service: GrpcService) => connection.clientOf(service, accessToken.environmentUrl),
    };
    const executor = {
      connectExec: <I, O>(send: (input: I, options: CallOptions) => Promise<O>, input: I) =>
        send(input, {
          timeoutMs: Math.max(1, deadline - Date.now()),
          headers: { authorization: `Bearer ${accessToken.value}` },
        }),
    };
    // The SDK's types ask for its own classes; what it uses of them is these two methods (a test holds that).
    return new TokenClient(grpc as never, executor as never);
  }

  // Both fail in silence: the first call tries again, and answers for it.
  void secrets
    .current()
    .then(({ environmentUrl }) => connection.open(environmentUrl))
    .catch(() => {});
  void accessTokens.fetch().catch(() => {});
  return (repeatable, operation, withinMs) =>
    policy(repeatable, (token, deadline) => operation(tokenClient(token, deadline)), withinMs);
}

/** The failure of a call that is safe to repeat: an outage, whatever it was. */
function toOutage(failure: CallFailure): Outage {
  return failure.kind === 'upstream_unavailable' ? failure : outage(failure);
}
