import { type Timestamp, timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type CallOptions, Code, ConnectError, createClient } from '@connectrpc/connect';
import tokenModule, { type ListTokensResponse, type Token } from '@scalekit-sdk/node/lib/token.js';
import { type AccessToken, clientCredentialsTokens } from './access-token.ts';
import { millisecondsFromEnvironment, requireEnvironment } from './config.ts';
import { grpcConnection } from './grpc-connection.ts';
import { fail, ok, type Result } from './result.ts';
import { type Secrets, ssmSecrets } from './secrets.ts';

const TokenClient = tokenModule.default;
type TokenClient = InstanceType<typeof TokenClient>;

/** A key as Scalekit describes it; everything but the plain key. */
export interface KeyInfo {
  readonly keyId: string;
  readonly organizationId: string;
  readonly organizationExternalId?: string;
  readonly userId?: string;
  readonly userExternalId?: string;
  readonly description?: string;
  readonly customClaims: Readonly<Record<string, string>>;
  readonly roles: readonly string[];
  /** RFC 3339; absent for a key that does not expire. */
  readonly expiresAt?: string;
  /** RFC 3339. */
  readonly createdAt?: string;
  /** The last four characters of the plain key. */
  readonly suffix: string;
}

/** What a key is created with. */
export interface NewKey {
  readonly organizationId: string;
  readonly userId?: string;
  readonly description?: string;
  readonly customClaims: Readonly<Record<string, string>>;
  readonly expiresAt?: string;
}

/** One page of the active keys of an organization, or of one of its users. */
export interface KeyPage {
  readonly keys: readonly KeyInfo[];
  readonly nextPageToken?: string;
  readonly totalCount: number;
}

/**
 * Why a call gave nothing. `refused`: Scalekit knows no such thing (NOT_FOUND) or would not take the input
 * (INVALID_ARGUMENT). `outcome_unknown`: a create left, and what became of it is not known.
 */
export type CallFailure =
  | { readonly kind: 'refused'; readonly cause: ConnectError }
  | { readonly kind: 'upstream_unavailable'; readonly cause: unknown }
  | { readonly kind: 'outcome_unknown'; readonly cause: unknown };

/** The token API of Scalekit under our call policy: one deadline a call, one renewal, repeats only of what is safe. */
export interface Scalekit {
  /** Reads the secrets and fetches an access token ahead of the first call; never fails. */
  warmUp(): void;
  /** Looks a plain key up. It takes a key id as well: whoever passes on what a client sent must refuse ids first. */
  validate(token: string): Promise<Result<KeyInfo, CallFailure>>;
  /** Creates a key, once: it is never repeated after it may have left. */
  create(key: NewKey): Promise<Result<{ readonly key: string; readonly info: KeyInfo }, CallFailure>>;
  list(
    organizationId: string,
    page: { userId?: string; pageSize: number; pageToken?: string },
  ): Promise<Result<KeyPage, CallFailure>>;
  /** Ends a key, by its id or by itself; idempotent. */
  invalidate(token: string): Promise<Result<void, CallFailure>>;
}

/** The Scalekit that the function's environment names: `SCALEKIT_PARAMETER_PATH`, `SCALEKIT_DEADLINE_MS`. */
export function scalekitFromEnvironment(): Scalekit {
  const deadlineMs = millisecondsFromEnvironment('SCALEKIT_DEADLINE_MS');
  return createScalekit(ssmSecrets(requireEnvironment('SCALEKIT_PARAMETER_PATH'), deadlineMs), deadlineMs);
}

/** Makes a {@link Scalekit}; `deadlineMs` bounds each call, its retries and renewals included. */
function createScalekit(secrets: Secrets, deadlineMs: number): Scalekit {
  const accessTokens = clientCredentialsTokens(secrets, deadlineMs);
  const transportOf = grpcConnection();

  function tokenClient(accessToken: AccessToken, deadline: number): TokenClient {
    const callOptions = (): CallOptions => ({
      timeoutMs: Math.max(1, deadline - Date.now()),
      headers: { authorization: `Bearer ${accessToken.value}` },
    });
    const connection = {
      createClient: (service: Parameters<typeof createClient>[0]) =>
        createClient(service, transportOf(accessToken.environmentUrl)),
    };
    const executor = {
      connectExec: <I, O>(call: (input: I, options: CallOptions) => Promise<O>, input: I) => call(input, callOptions()),
    };
    // The SDK's types ask for its own classes; what it uses of them is these two methods (a test holds that).
    return new TokenClient(connection as never, executor as never);
  }

  async function call<T>(repeatable: boolean, operation: (tokens: TokenClient) => Promise<T>) {
    const deadline = Date.now() + deadlineMs;
    let accessToken: AccessToken | undefined;
    let renewed = false;
    for (let attempt = 0; ; attempt++) {
      try {
        accessToken ??= await before(deadline, accessTokens.get());
      } catch (cause) {
        return fail<CallFailure>({ kind: 'upstream_unavailable', cause });
      }
      try {
        return ok(await operation(tokenClient(accessToken, deadline)));
      } catch (error) {
        const cause = ConnectError.from(error);
        if (cause.code === Code.NotFound || cause.code === Code.InvalidArgument) {
          return fail<CallFailure>({ kind: 'refused', cause });
        }
        if (cause.code === Code.Unauthenticated && !renewed) {
          renewed = true;
          accessToken = await before(deadline, accessTokens.renew(accessToken)).catch(() => accessToken);
          continue;
        }
        const pauseMs = 25 * 2 ** attempt * (1 + Math.random());
        if (repeatable && isTransient(cause) && Date.now() + pauseMs < deadline) {
          await new Promise((resolve) => setTimeout(resolve, pauseMs));
          continue;
        }
        const known = repeatable || neverLeft(cause) || isRefusal(cause);
        return fail<CallFailure>({ kind: known ? 'upstream_unavailable' : 'outcome_unknown', cause });
      }
    }
  }

  return {
    warmUp() {
      void accessTokens.get().catch(() => {}); // the first call tries again, and answers for it
    },
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
      if (!info.ok) return fail<CallFailure>({ kind: 'outcome_unknown', cause: info.failure.cause });
      return ok({ key: answer.value.token, info: info.value });
    },
    async list(organizationId, page) {
      const answer = await call(true, (tokens) => tokens.listTokens(organizationId, page));
      return answer.ok ? toKeyPage(answer.value) : answer;
    },
    async invalidate(token) {
      const answer = await call(true, (tokens) => tokens.invalidateToken(token));
      if (answer.ok) return ok(undefined);
      // Whatever Scalekit does not know is not active, which is all that invalidating promises.
      return answer.failure.kind === 'refused' && answer.failure.cause.code === Code.NotFound ? ok(undefined) : answer;
    },
  };
}

/** The connection broke, or Scalekit asks to come again. */
function isTransient(error: ConnectError): boolean {
  return [Code.Aborted, Code.Canceled, Code.Unavailable].includes(error.code) || causeCode(error) === 'ECONNRESET';
}

/** No connection was made, so nothing can have been done. */
function neverLeft(error: ConnectError): boolean {
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'].includes(causeCode(error) ?? '');
}

/** Scalekit answered that it did not do it. */
function isRefusal(error: ConnectError): boolean {
  return [Code.Unauthenticated, Code.PermissionDenied, Code.ResourceExhausted, Code.Unimplemented].includes(error.code);
}

function causeCode(error: ConnectError): string | undefined {
  return error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : undefined;
}

function before<T>(deadline: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new ConnectError('no access token in time', Code.DeadlineExceeded));
    const timer = setTimeout(late, deadline - Date.now());
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
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
      cause: new Error('Scalekit described a key without id or organization'),
    });
  }
  return ok({
    keyId: token.tokenId,
    organizationId: token.organizationId,
    ...present('organizationExternalId', token.organizationExternalId),
    ...present('userId', token.userId),
    ...present('userExternalId', token.userExternalId),
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
