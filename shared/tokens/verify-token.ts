import { decodeProtectedHeader, importJWK, type JWK, type JWTPayload, jwtVerify } from 'jose';
import type { ClientCaller, SessionCaller } from '../authentication/caller.ts';
import { idPatterns } from '../deployment.ts';
import type { Outage } from '../failure.ts';
import { withScope } from '../key-claims.ts';
import { ok, type Result } from '../result.ts';
import type { IssuersKey, SigningKeys } from '../scalekit/signing-keys.ts';
import { claimsOf } from './token-claims.ts';

/** The audiences that tokens must have. Without any, tokens of that kind are refused. */
export interface Audiences {
  readonly sessions: readonly string[];
  readonly clients: readonly string[];
}

/** A token that is not accepted. Nobody needs to know why. */
export type Refused = { readonly kind: 'refused' };

/** The sender of a token. */
export type TokenCaller = SessionCaller | ClientCaller;

/** Longer than any token that Scalekit issues. A longer string is refused unread. */
const maxLength = 4_096;

/** How far clocks may differ, for `nbf` and `iat`. The expiry is exact. */
const clockToleranceSeconds = 30;

/** The year 5138. A time far beyond is no date. */
const latestSeconds = 1e11;

const refused = { ok: false, failure: { kind: 'refused' } } as const;

/**
 * Verifies a session token or a client's token: signed with RS256 by a key that the environment publishes, with exactly its
 * issuer, an expiry, an organization, an audience of ours, and a user or a client as its subject.
 */
export async function verifyToken(
  token: string,
  audiences: Audiences,
  keys: SigningKeys,
): Promise<Result<TokenCaller, Refused | Outage>> {
  const kid = token.length <= maxLength && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) ? kidOf(token) : undefined;
  if (kid === undefined) return refused;
  const found = await keys.find(kid);
  if (!found.ok) return found;
  const payload = found.value && (await payloadOf(token, found.value));
  const caller = payload && callerOf(payload, audiences);
  return caller ? ok(caller) : refused;
}

/** The id of the key that signed a token; `undefined` for another algorithm or type. */
function kidOf(token: string): string | undefined {
  try {
    const { alg, kid, typ = 'JWT', crit } = decodeProtectedHeader(token);
    const isUsual = alg === 'RS256' && ['JWT', 'at+jwt'].includes(typ) && crit === undefined;
    return isUsual && typeof kid === 'string' && kid.length <= 128 ? kid : undefined;
  } catch {
    return undefined;
  }
}

async function payloadOf(token: string, { key, environmentUrl }: IssuersKey): Promise<JWTPayload | undefined> {
  try {
    if (key['kty'] !== 'RSA' || (key['use'] ?? 'sig') !== 'sig') return undefined;
    const { payload } = await jwtVerify(token, await importJWK(key as JWK, 'RS256'), {
      algorithms: ['RS256'],
      issuer: environmentUrl,
      requiredClaims: ['exp', 'iat', 'sub', 'oid', 'aud'],
      clockTolerance: clockToleranceSeconds,
    });
    return payload;
  } catch {
    return undefined;
  }
}

function callerOf(payload: JWTPayload, { sessions, clients }: Audiences): TokenCaller | undefined {
  const { sub = '', oid, exp = 0, iat = Number.POSITIVE_INFINITY } = payload;
  const nowSeconds = Date.now() / 1_000;
  if (exp <= nowSeconds || exp > latestSeconds) return undefined;
  if (iat > nowSeconds + clockToleranceSeconds || iat < 0) return undefined;
  if (typeof oid !== 'string' || !idPatterns.organization.test(oid)) return undefined;
  const own = claimsOf(payload);
  if (!own) return undefined;
  const token = { organizationId: oid, expiresAt: timeOf(exp), issuedAt: timeOf(iat), roles: own.roles };
  if (idPatterns.user.test(sub) && isFor(payload, sessions) && !isIdToken(payload)) {
    const { sid } = payload;
    if (typeof sid !== 'string' || sid === '') return undefined;
    const customClaims = withScope(own.customClaims, own.permissions);
    return { credential: 'session', sessionId: sid, userId: sub, ...token, customClaims };
  }
  if (idPatterns.client.test(sub) && isFor(payload, clients)) {
    const customClaims = withScope(own.customClaims, own.scopes);
    return { credential: 'client', clientId: sub, ...token, customClaims };
  }
  return undefined;
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}

function isFor({ aud }: JWTPayload, wanted: readonly string[]): boolean {
  return [aud].flat().some((one) => one !== undefined && wanted.includes(one));
}

/** An ID token tells an application who signed in. It is no permission to call an API, although it may have the same audience. */
function isIdToken(payload: JWTPayload): boolean {
  return ['nonce', 'at_hash', 'c_hash', 'email'].some((name) => name in payload);
}
