import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { bearerKey, bearerToken } from '../../shared/authentication/bearer.ts';
import { type Caller, credentialOf, type KeyCaller } from '../../shared/authentication/caller.ts';
import type { RefusedKeys } from '../../shared/authentication/refused-keys.ts';
import { isAddressAllowed } from '../../shared/authentication/source-address.ts';
import type { DecisionCache } from '../../shared/decision-cache/decision-cache.ts';
import { type CredentialsRefusalCode, keysPath } from '../../shared/deployment.ts';
import type { Outage } from '../../shared/failure.ts';
import { isSuspended } from '../../shared/key-claims.ts';
import type { Metrics } from '../../shared/metrics.ts';
import type { Breaker } from '../../shared/scalekit/breaker.ts';
import type { KeyDirectory } from '../../shared/scalekit/scalekit.ts';
import type { TokenVerifier } from '../../shared/tokens/verifier.ts';

/** The decision on a request. */
export type Decision =
  | {
      readonly outcome: 'allowed';
      readonly caller: Caller;
      /** The source: Scalekit, a cached decision, an older cached decision while Scalekit is out, or a token. */
      readonly by: 'scalekit' | 'cache' | 'grace' | 'token';
    }
  | {
      readonly outcome: 'denied';
      readonly code: CredentialsRefusalCode;
      /** The credential's id and its organization, if known. */
      readonly known?: Readonly<Record<string, string>>;
    }
  /** No decision is possible. */
  | { readonly outcome: 'outage'; readonly reason: string; readonly cause: unknown };

/** The services that a decision needs. */
export interface DecisionServices {
  /** Loads and connects Scalekit's client with the first call. A decision from the cache does not need it. */
  readonly scalekit: () => Promise<KeyDirectory>;
  /** Loads the verifier with the first token of a session or client. Absent if the settings accept none. */
  readonly tokens?: (() => Promise<TokenVerifier>) | undefined;
  readonly cache: DecisionCache;
  readonly refused: RefusedKeys;
  /** Saves the wait for Scalekit if an older decision is available and Scalekit failed recently. */
  readonly graceBreaker: Breaker;
  readonly metrics: Metrics;
}

/** How long to wait for Scalekit if an older decision is available. */
const withGraceMs = 500;

const badKey: Decision = { outcome: 'denied', code: 'invalid_token' };

/**
 * Decides on a request by its key: first without any call, then by a cached decision, then by Scalekit's answer. A session or
 * client token is verified instead, if the settings accept tokens.
 */
export async function decide(event: APIGatewayRequestAuthorizerEvent, services: DecisionServices): Promise<Decision> {
  if (services.tokens) {
    const token = bearerToken(event);
    if (token !== undefined) return decideOnToken(token, await services.tokens(), event);
  }
  const presented = bearerKey(event);
  if (!presented.ok) return { outcome: 'denied', code: presented.failure };
  const key = presented.value;
  if (services.refused.has(key)) return badKey;
  const cached = managesKeys(event) ? noDecision : await services.cache.read(key);
  if (cached.isHit) return judge(cached.caller, 'cache', event);
  return ask(key, cached.inOutage?.caller, event, services);
}

/** Verifies a token on each request, with public keys that are held in memory. */
async function decideOnToken(
  token: string,
  verify: TokenVerifier,
  event: APIGatewayRequestAuthorizerEvent,
): Promise<Decision> {
  const verified = await verify(token);
  if (verified.ok) return judge(verified.value, 'token', event);
  if (verified.failure.kind === 'refused') return badKey;
  const { reason, cause } = verified.failure;
  return { outcome: 'outage', reason, cause };
}

/** The cache's answer for a route on which no cached decision counts. */
const noDecision: { readonly isHit: false; readonly inOutage?: { readonly caller: KeyCaller } } = { isHit: false };

/** Asks Scalekit, and caches its answer. `older` may be used while Scalekit is out, but never after a refusal. */
async function ask(
  key: string,
  older: KeyCaller | undefined,
  event: APIGatewayRequestAuthorizerEvent,
  services: DecisionServices,
): Promise<Decision> {
  const { cache, refused } = services;
  const beganAt = Date.now();
  const found = await lookUp(key, older !== undefined, services);
  if (!found.ok) {
    const { reason, cause } = found.failure;
    return older && !isOursToMend(reason) ? judge(older, 'grace', event) : { outcome: 'outage', reason, cause };
  }
  const info = found.value;
  // A token id is no key, although Scalekit validates it like one. bearerKey knows only today's form of ids.
  if (!info || info.keyId === key || hasExpired(info)) {
    refused.add(key);
    if (!info) await cache.refused(key);
    return badKey;
  }
  const [decision] = await Promise.all([judge(info, 'scalekit', event), cache.remember(key, info, beganAt)]);
  return decision;
}

async function lookUp(
  key: string,
  isGraceful: boolean,
  { scalekit, graceBreaker }: DecisionServices,
): ReturnType<KeyDirectory['lookUp']> {
  if (!isGraceful) return (await scalekit()).lookUp(key);
  if (!graceBreaker.allows()) return { ok: false, failure: recently };
  const directory = await scalekit();
  const found = await directory.lookUp(key, { withinMs: withGraceMs });
  // A refusal of our client is an answer. An open breaker would hide it, and older decisions would be used.
  graceBreaker.record(found.ok || isOursToMend(found.failure.reason) ? 'answered' : 'outage');
  return found;
}

const recently: Outage = {
  kind: 'upstream_unavailable',
  reason: 'breaker_open',
  cause: new Error('Scalekit was down a moment ago'),
};

/** Checks expiry, suspension and address. They may differ from request to request, and a refusal may end: none is remembered. */
async function judge(
  caller: Caller,
  by: Extract<Decision, { outcome: 'allowed' }>['by'],
  event: APIGatewayRequestAuthorizerEvent,
): Promise<Decision> {
  if (hasExpired(caller)) return badKey;
  const { organizationId, customClaims } = caller;
  const known = { ...credentialOf(caller), organizationId };
  if (isSuspended(caller)) return { outcome: 'denied', code: 'key_suspended', known };
  if (!(await isAddressAllowed(customClaims, event.requestContext.identity.sourceIp)))
    return { outcome: 'denied', code: 'address_not_allowed', known };
  return { outcome: 'allowed', caller, by };
}

/**
 * Routes that manage keys always ask Scalekit. `resource` is API Gateway's own template of the path: clients cannot choose it.
 */
function managesKeys({ resource }: APIGatewayRequestAuthorizerEvent): boolean {
  return !resource || resource === keysPath || resource.startsWith(`${keysPath}/`);
}

/** If Scalekit refuses our client, that may be intended, so no older decision is used. */
function isOursToMend(reason: string): boolean {
  return reason === 'credentials_refused' || reason === 'permission_denied';
}

function hasExpired({ expiresAt }: Pick<Caller, 'expiresAt'>): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= Date.now();
}
