import tokenModule, { type ListTokensResponse, type Token } from '@scalekit-sdk/node/lib/token.js';
import { millisecondsFromEnvironment, requireEnvironment } from '../environment.ts';
import type { AmendedKey, KeyInfo, NewKey } from '../key.ts';
import { fail, ok, type Result } from '../result.ts';
import { type AccessToken, clientCredentialsTokens } from './access-token.ts';
import { breaker } from './breaker.ts';
import { type CallFailure, callPolicy } from './call-policy.ts';
import { type Secrets, ssmSecrets } from './credentials.ts';
import { type CallOptions, Code, type Timestamp, timestampDate, timestampFromDate } from './grpc.cjs';
import { type GrpcService, grpcConnection } from './grpc-connection.ts';

const TokenClient = tokenModule.default;
type TokenClient = InstanceType<typeof TokenClient>;

/** One page of the active keys of an organization, or of one of its users. */
export interface KeyPage {
  readonly keys: readonly KeyInfo[];
  readonly nextPageToken?: string;
  readonly totalCount: number;
}

/** The token API of Scalekit under our call policy: one deadline a call, one renewal, repeats only of what is safe. */
export interface Scalekit {
  /** The longest that a call takes, its retries included. */
  readonly deadlineMs: number;
  /** Looks a plain key up. It takes a key id as well: whoever passes on what a client sent must refuse ids first. */
  validate(token: string): Promise<Result<KeyInfo, CallFailure>>;
  /** Creates a key, once: it is never repeated after it may have left. */
  create(key: NewKey): Promise<Result<{ readonly key: string; readonly info: KeyInfo }, CallFailure>>;
  list(
    organizationId: string,
    page: { userId?: string; pageSize: number; pageToken?: string },
  ): Promise<Result<KeyPage, CallFailure>>;
  /** Sets claims (the whole map) and the description (`""` clears it), where given; not repeated once it may have left. */
  update(keyId: string, change: AmendedKey): Promise<Result<KeyInfo, CallFailure>>;
  /** Ends a key, by its id or by itself; idempotent. */
  invalidate(token: string): Promise<Result<void, CallFailure>>;
}

/**
 * The Scalekit that the function's environment names: `SCALEKIT_PARAMETER_PATH`, `SCALEKIT_DEADLINE_MS`. At once it begins
 * to read the secrets, connect and fetch an access token, ahead of the first call.
 */
export function scalekitFromEnvironment(): Scalekit {
  const deadlineMs = millisecondsFromEnvironment('SCALEKIT_DEADLINE_MS');
  return createScalekit(ssmSecrets(requireEnvironment('SCALEKIT_PARAMETER_PATH'), deadlineMs), deadlineMs);
}

/** Makes a {@link Scalekit}; `deadlineMs` bounds each call, its retries and renewals included. */
function createScalekit(secrets: Secrets, deadlineMs: number): Scalekit {
  const accessTokens = clientCredentialsTokens(secrets, deadlineMs);
  const connection = grpcConnection();
  const policy = callPolicy(accessTokens, breaker(), deadlineMs);
  const call = <T>(repeatable: boolean, operation: (tokens: TokenClient) => Promise<T>) =>
    policy(repeatable, (token, deadline) => operation(tokenClient(token, deadline)));

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

  return {
    deadlineMs,
    async validate(token) {
      const answer = await call(true, (tokens) => tokens.validateToken(token));
      return answer.ok ? toKeyInfo(answer.value.tokenInfo) : answer;
    },
    async create({ organizationId, userId, description, customClaims, expiresAt }) {
      const answer = await call(false, (tokens) =>
        tokens.createToken(organizationId, {
          customClaims,
          ...(userId === undefined ? {} : { userId }),
          ...(description === undefined ? {} : { description }),
          ...(expiresAt === undefined ? {} : { expiry: timestampFromDate(new Date(expiresAt)) }),
        }),
      );
      if (!answer.ok) return answer;
      const info = toKeyInfo(answer.value.tokenInfo);
      if (!info.ok) return fail({ kind: 'outcome_unknown', cause: info.failure.cause });
      return ok({ key: answer.value.token, info: info.value });
    },
    async list(organizationId, page) {
      const answer = await call(true, (tokens) => tokens.listTokens(organizationId, page));
      return answer.ok ? toKeyPage(answer.value) : answer;
    },
    async update(keyId, { customClaims, description }) {
      const options = {
        ...(customClaims === undefined ? {} : { customClaims }),
        ...(description === undefined ? {} : { description }),
      };
      const answer = await call(false, (tokens) => tokens.updateToken(keyId, options));
      if (!answer.ok) return answer;
      const info = toKeyInfo(answer.value.tokenInfo);
      return info.ok ? info : fail({ kind: 'outcome_unknown', cause: info.failure.cause });
    },
    async invalidate(token) {
      const answer = await call(true, (tokens) => tokens.invalidateToken(token));
      if (answer.ok) return ok(undefined);
      // Whatever Scalekit does not know is not active, which is all that invalidating promises.
      return answer.failure.kind === 'refused' && answer.failure.cause.code === Code.NotFound ? ok(undefined) : answer;
    },
  };
}

function toKeyPage(answer: ListTokensResponse): Result<KeyPage, CallFailure> {
  const keys: KeyInfo[] = [];
  for (const token of answer.tokens) {
    const info = toKeyInfo(token);
    if (!info.ok) return info;
    keys.push(info.value);
  }
  return ok({
    keys,
    totalCount: answer.totalCount,
    ...(answer.nextPageToken ? { nextPageToken: answer.nextPageToken } : {}),
  });
}

/** An answer without an id or an organization is not one that we may act on: an outage, never an anonymous key. */
function toKeyInfo(token: Token | undefined): Result<KeyInfo, Extract<CallFailure, { kind: 'upstream_unavailable' }>> {
  if (!token?.tokenId || !token.organizationId) {
    return fail({
      kind: 'upstream_unavailable',
      reason: 'unreachable',
      cause: new Error('Scalekit described a key without id or organization'),
    });
  }
  return ok({
    keyId: token.tokenId,
    organizationId: token.organizationId,
    ...present('organizationExternalId', token.organizationExternalId),
    ...present('userId', token.userId),
    ...present('userExternalId', token.userExternalId),
    ...present('userEmail', token.email),
    ...present('description', token.description),
    customClaims: { ...token.customClaims },
    roles: [...token.roles],
    ...present('expiresAt', rfc3339(token.expiry)),
    ...present('createdAt', rfc3339(token.createdAt)),
    suffix: token.tokenSuffix,
  });
}

function rfc3339(timestamp: Timestamp | undefined): string | undefined {
  return timestamp && timestampDate(timestamp).toISOString();
}

function present<K extends string>(name: K, value: string | undefined): { [P in K]?: string } {
  return value ? ({ [name]: value } as { [P in K]: string }) : {};
}
