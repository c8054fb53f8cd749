import tokenModule from '@scalekit-sdk/node/lib/token.js';
import { type Outage, outage } from '../failure.ts';
import type { AmendedKey, CreatedKey, KeyInfo, NewKey } from '../key.ts';
import type { Metrics } from '../metrics.ts';
import { fail, ok, type Result } from '../result.ts';
import { withoutUndefined } from '../without-undefined.ts';
import type { CallKind } from './call-policy.ts';
import type { Secrets } from './credentials.ts';
import { timestampFromDate } from './grpc.ts';
import { type KeyPage, toKeyInfo, toKeyPage } from './key-info.ts';
import { limitsFromEnvironment, type SdkCalls, sdkCalls } from './sdk-calls.ts';
import { secretsFromEnvironment } from './secrets.ts';
import type { CallFailure } from './verdict.ts';

const TokenClient = tokenModule.default;
type TokenClient = InstanceType<typeof TokenClient>;

/** Scalekit's reads of keys, under our call policy: one deadline per call, one renewal, few repeats. */
export interface KeyDirectory {
  /** The longest time that a call takes, including its retries. */
  readonly deadlineMs: number;
  /**
   * Finds an active key by the plain key or by its id; `undefined` if there is none. If a client sent the string as a key, refuse
   * ids before the call.
   */
  lookUp(keyOrId: string, kind?: CallKind): Promise<Result<KeyInfo | undefined, Outage>>;
  /** `refused`: Scalekit does not know the organization or user, or does not accept the page token. */
  list(
    organizationId: string,
    page: { userId?: string | undefined; pageSize: number; pageToken?: string | undefined },
    kind?: CallKind,
  ): Promise<Result<KeyPage, CallFailure>>;
}

/** A directory that starts when it is made. */
export interface StartedDirectory extends KeyDirectory {
  /** Resolves once the secrets, an access token and the connection are available, or have failed. */
  readonly started: Promise<void>;
}

/** Scalekit's whole token API. Only `audit/` changes keys with it; operations get the {@link KeyDirectory}. */
export interface Scalekit extends KeyDirectory {
  /** Creates a key. The call is never repeated once it may have been sent. */
  create(key: NewKey): Promise<Result<CreatedKey, CallFailure>>;
  /**
   * Sets claims (the whole map) and the description (`""` clears it), if given. The call is not repeated once it may have been
   * sent.
   */
  update(keyId: string, change: AmendedKey): Promise<Result<KeyInfo, CallFailure>>;
  /** Revokes a key by its id; waits for a rate limit. Idempotent: a key id that Scalekit does not know is not active. */
  invalidate(keyId: string): Promise<Result<void, Outage>>;
}

/**
 * The Scalekit that the function's environment names: `SCALEKIT_PARAMETER_PATH`, `SCALEKIT_DEADLINE_MS`. It begins at once to
 * read the secrets, connect and fetch an access token, ahead of the first call.
 */
export function scalekitFromEnvironment(metrics: Metrics): Scalekit {
  return createScalekit(sdkCalls(secretsFromEnvironment(), limitsFromEnvironment(), metrics));
}

/**
 * The same for functions that only read keys. They may have begun to read the `secrets` before this file was loaded. `answerMs`
 * is as in {@link CallLimits}.
 */
export function keyDirectoryFromEnvironment(metrics: Metrics, secrets: Secrets, answerMs?: number): StartedDirectory {
  return createScalekit(sdkCalls(secrets, { ...limitsFromEnvironment(), answerMs }, metrics));
}

/** Makes a {@link Scalekit}. */
function createScalekit(calls: SdkCalls): Scalekit & StartedDirectory {
  const call = <T>(repeatable: boolean, operation: (tokens: TokenClient) => Promise<T>, kind?: CallKind) =>
    calls.call(TokenClient, repeatable, operation, kind);
  return {
    started: calls.started,
    deadlineMs: calls.deadlineMs,
    async lookUp(keyOrId, kind) {
      const answer = await call(true, (tokens) => tokens.validateToken(keyOrId), kind);
      if (answer.ok) return toKeyInfo(answer.value.tokenInfo);
      return answer.failure.kind === 'refused' ? ok(undefined) : fail(toOutage(answer.failure));
    },
    async list(organizationId, page, kind) {
      const answer = await call(true, (tokens) => tokens.listTokens(organizationId, withoutUndefined(page)), kind);
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
      const answer = await call(true, (tokens) => tokens.invalidateToken(keyId), { waitsForLimit: true });
      if (answer.ok || (answer.failure.kind === 'refused' && answer.failure.isUnknown)) return ok(undefined);
      return fail(toOutage(answer.failure));
    },
  };
}

/** Any failure of a call that is safe to repeat is an outage. */
function toOutage(failure: CallFailure): Outage {
  return failure.kind === 'upstream_unavailable' ? failure : outage(failure);
}
