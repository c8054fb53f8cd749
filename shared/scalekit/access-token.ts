import { sendHttp, UnexpectedStatus } from '../aws/http-request.ts';
import type { ScalekitCredentials, Secrets } from './credentials.ts';
import { paced } from './paced.ts';

/** An access token of Scalekit's client-credentials grant, and the environment that it belongs to. */
export interface AccessToken {
  readonly environmentUrl: string;
  readonly value: string;
}

interface HeldToken extends AccessToken {
  readonly renewAt: number;
  readonly expiresAt: number;
}

/** Reports whether Scalekit refuses our client id and secret. */
export function isGrantRefusal(error: unknown): boolean {
  return error instanceof UnexpectedStatus && [400, 401, 403].includes(error.code);
}

/** Failures that all calls within a second share. */
function isLasting(error: unknown): boolean {
  return isGrantRefusal(error) || isLimit(error);
}

function isLimit(error: unknown): boolean {
  return error instanceof UnexpectedStatus && error.code === 429;
}

/** Holds the one access token of this execution environment. */
export interface AccessTokens {
  /** The available token, if it has not expired. It is renewed in the background after four fifths of its lifetime. */
  held(): AccessToken | undefined;
  /** Fetches a token. Calls at the same time share one grant. */
  fetch(): Promise<AccessToken>;
  /** A token other than `refused`, which Scalekit did not accept. At most one grant per second is requested. */
  renew(refused: AccessToken): Promise<AccessToken>;
}

/** Fetches access tokens with the client-credentials grant: single-flight, and at most one grant per second. */
export function clientCredentialsTokens(secrets: Secrets, timeoutMs: number): AccessTokens {
  let held: HeldToken | undefined;
  const grant = async () => {
    held = await grantWithFreshSecrets(secrets, timeoutMs);
    return held;
  };
  const fetch = paced(grant, 1000, isLasting);
  const replace = paced(grant, 1000, isLasting); // has its own pace: a token that was just fetched may be refused
  return {
    held() {
      const now = Date.now();
      if (!held || held.expiresAt <= now) return undefined;
      if (held.renewAt <= now) void fetch().catch(() => {}); // the held token is used until it expires
      return held;
    },
    fetch,
    async renew(refused) {
      if (held && held !== refused) return held; // another call has renewed it
      return replace();
    },
  };
}

/** A failed grant may mean that the secret or the environment changed. If SSM has others, they are tried once. */
async function grantWithFreshSecrets(secrets: Secrets, timeoutMs: number): Promise<HeldToken> {
  const credentials = await secrets.current();
  const token = await requestToken(credentials, timeoutMs).catch(async (error: unknown) => {
    const others = isLimit(error) ? undefined : await secrets.otherThan(credentials);
    if (!others) throw error;
    return requestToken(others, timeoutMs);
  });
  secrets.worked();
  return token;
}

async function requestToken(credentials: ScalekitCredentials, timeoutMs: number): Promise<HeldToken> {
  const askedAt = Date.now();
  const answer = await sendHttp(new URL(`${credentials.environmentUrl}/oauth/token`), {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: credentials.clientId,
      client_secret: credentials.clientSecret,
    }).toString(),
    timeoutMs,
  });
  if (answer.status !== 200) throw new UnexpectedStatus("Scalekit's token endpoint", answer);
  const { access_token: value, expires_in: expiresInSeconds } = JSON.parse(answer.body) as Record<string, unknown>;
  if (typeof value !== 'string' || typeof expiresInSeconds !== 'number')
    throw new Error("Scalekit's token endpoint answered without a token");
  return {
    environmentUrl: credentials.environmentUrl,
    value,
    renewAt: askedAt + expiresInSeconds * 800,
    expiresAt: askedAt + expiresInSeconds * 1000,
  };
}
