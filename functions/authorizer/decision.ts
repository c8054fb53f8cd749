import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { bearerKey } from '../../shared/authentication/bearer.ts';
import type { Caller } from '../../shared/authentication/caller.ts';
import type { RefusedKeys } from '../../shared/authentication/refused-keys.ts';
import { isAddressAllowed } from '../../shared/authentication/source-address.ts';
import type { DecisionCache } from '../../shared/decision-cache/decision-cache.ts';
import { type CredentialsRefusalCode, keysPath } from '../../shared/deployment.ts';
import type { Outage } from '../../shared/failure.ts';
import type { Metrics } from '../../shared/metrics.ts';
import type { Breaker } from '../../shared/scalekit/breaker.ts';
import type { KeyDirectory } from '../../shared/scalekit/scalekit.ts';

/** What is decided on a request. */
export type Decision =
  | {
      readonly outcome: 'allowed';
      readonly caller: Caller;
      /** How it is known: by Scalekit, by a cached decision, or by an older one while Scalekit is out. */
      readonly by: 'scalekit' | 'cache' | 'grace';
    }
  | {
      readonly outcome: 'denied';
      readonly code: CredentialsRefusalCode;
      /** Whose key it was, where that is known. */
      readonly known?: { readonly keyId: string; readonly organizationId: string };
    }
  /** Nobody can tell. */
  | { readonly outcome: 'outage'; readonly reason: string; readonly cause: unknown };

/** What a decision needs. */
export interface DecisionServices {
  /** Loads and connects Scalekit's client with the first call: a decision from the cache does without. */
  readonly scalekit: () => Promise<KeyDirectory>;
  readonly cache: DecisionCache;
  readonly refused: RefusedKeys;
  /** Spares the wait for Scalekit where an older decision is at hand and Scalekit failed lately. */
  readonly graceBreaker: Breaker;
  readonly metrics: Metrics;
}

/** How long Scalekit is waited for where an older decision is at hand. */
const withGraceMs = 500;

const badKey: Decision = { outcome: 'denied', code: 'invalid_token' };

/** Decides on a request by its key: by what is known without a call, by a cached decision, then by what Scalekit says. */
export async function decide(event: APIGatewayRequestAuthorizerEvent, services: DecisionServices): Promise<Decision> {
  const presented = bearerKey(event);
  if (!presented.ok) return { outcome: 'denied', code: presented.failure };
  const key = presented.value;
  if (services.refused.has(key)) return badKey;
  const cached = managesKeys(event) ? noDecision : await services.cache.read(key);
  if (cached.isHit) return judge(cached.caller, 'cache', event);
  return ask(key, cached.inOutage?.caller, event, services);
}

/** Stands for a route on which no cached decision counts. */
const noDecision: { readonly isHit: false; readonly inOutage?: { readonly caller: Caller } } = { isHit: false };

/** Asks Scalekit, and keeps its answer. `older` may be used while Scalekit is out, never after a refusal. */
async function ask(
  key: string,
  older: Caller | undefined,
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
  // A token id is no key, though Scalekit validates it like one; bearerKey knows how ids look today.
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
  graceBreaker.record(found.ok ? 'answered' : 'outage');
  return found;
}

const recently: Outage = {
  kind: 'upstream_unavailable',
  reason: 'breaker_open',
  cause: new Error('Scalekit was down a moment ago'),
};

/** Decides what changes from request to request: the address, and the expiry. */
async function judge(
  caller: Caller,
  by: Extract<Decision, { outcome: 'allowed' }>['by'],
  event: APIGatewayRequestAuthorizerEvent,
): Promise<Decision> {
  if (hasExpired(caller)) return badKey;
  const { keyId, organizationId, customClaims } = caller;
  if (!(await isAddressAllowed(customClaims, event.requestContext.identity.sourceIp)))
    return { outcome: 'denied', code: 'address_not_allowed', known: { keyId, organizationId } };
  return { outcome: 'allowed', caller, by };
}

/** Routes that manage keys always ask Scalekit. `resource` is API Gateway's own template of the path: no client chooses it. */
function managesKeys({ resource }: APIGatewayRequestAuthorizerEvent): boolean {
  return !resource || resource === keysPath || resource.startsWith(`${keysPath}/`);
}

/** Where Scalekit refuses our client, somebody may have meant it: no older decision is used. */
function isOursToMend(reason: string): boolean {
  return reason === 'credentials_refused' || reason === 'permission_denied';
}

function hasExpired({ expiresAt }: Caller): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= Date.now();
}
