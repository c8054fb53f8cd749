import { type Actor, isOperator, issuerOf, latestExpiryOf } from '../authentication/actor.ts';
import { type Failure, invalid } from '../failure.ts';
import type { AmendedKey, Governed, NewKey } from '../key.ts';
import {
  boundaryOf,
  type Claims,
  isReserved,
  isReservedForOperators,
  maxClaims,
  maxOwnClaims,
  operatorIssuer,
  scopeOf,
  withScope,
  withSuspension,
} from '../key-claims.ts';
import { fail, ok, type Result } from '../result.ts';
import { withoutUndefined } from '../without-undefined.ts';
import { wideningOf } from './narrowing.ts';
import { boundsOf, requireScope, sees } from './sight.ts';

/** The requested properties of a new key. */
export interface KeyRequest {
  readonly userId?: string | undefined;
  readonly description?: string | undefined;
  /** Without `scope`. */
  readonly customClaims: Claims;
  /** Distinct words; empty for a key without scope. */
  readonly scope: readonly string[];
  readonly expiresAt?: Date;
}

/** The requested changes of a key; absent fields stay as they are. A caller may only request changes that narrow the key. */
export interface KeyChange {
  /** `""` clears it. */
  readonly description?: string | undefined;
  /** All claims except `scope` and the reserved ones. They replace those of the key. */
  readonly customClaims?: Claims;
  /** Distinct words; empty for none. */
  readonly scope?: readonly string[];
  /** Only an operator resumes. */
  readonly suspended?: boolean | undefined;
}

/**
 * Decides which key, if any, an actor may create. The key stays within the actor's organization and, for a caller, within its
 * user, scope, claims and expiry. The returned claims are complete: inherited, requested, and set by the service. `plan`, which
 * operators set, is inherited: a key cannot lose its plan by making another key.
 */
export function mint(actor: Actor, request: KeyRequest): Result<NewKey, Failure> {
  const within = requireWithin(actor, request.customClaims, request.scope);
  if (!within.ok) return within;
  const user = mintedUser(actor, request.userId);
  if (!user.ok) return user;
  const expiresAt = mintedExpiry(actor, request.expiresAt);
  if (!expiresAt.ok) return expiresAt;
  const customClaims = withScope({ ...request.customClaims, ...inheritanceOf(actor) }, request.scope);
  const fits = requireRoom(customClaims);
  if (!fits.ok) return fits;
  const { organizationId } = actor;
  const { description } = request;
  return ok(
    withoutUndefined({ organizationId, userId: user.value, description, customClaims, expiresAt: expiresAt.value }),
  );
}

/**
 * Decides how an actor may change a key. A change gives power over the key, so the key must lie within the actor's own scope,
 * claims, user, expiry and plan. A caller can only narrow the key: remove scope words, add claims, or narrow `allowed_ips`. An
 * operator can set everything. Reserved claims stay, except for a plan that an operator sets, and for a suspension.
 */
export function amend(actor: Actor, key: Governed, change: KeyChange): Result<AmendedKey, Failure> {
  const governed = requireGovernance(actor, key);
  if (!governed.ok) return governed;
  const description = change.description === undefined ? {} : { description: change.description };
  const { suspended } = change;
  if (suspended === false && !mayResume(actor))
    return beyond('Only an operator or a person with a session resumes a key.');
  if (change.customClaims === undefined && change.scope === undefined) {
    if (suspended === undefined) return ok(description);
    return ok({ customClaims: withSuspension(key.customClaims, suspended), ...description });
  }
  const scope = change.scope ?? scopeOf(key);
  const others = Object.entries(key.customClaims).filter(([name]) => name !== 'scope');
  const kept = Object.fromEntries(others.filter(([name]) => isReserved(name)));
  const claims = change.customClaims ?? Object.fromEntries(others.filter(([name]) => !isReserved(name)));
  const within = requireWithin(actor, claims, scope);
  if (!within.ok) return within;
  // The kept claims come first, so that an operator can set another plan.
  const changed = withScope({ ...kept, ...claims, ...Object.fromEntries(boundsOf(actor)) }, scope);
  const remaining = losesAll(key.customClaims, changed) ? { issued_by: operatorIssuer } : changed;
  const customClaims = suspended === undefined ? remaining : withSuspension(remaining, suspended);
  const widening = isOperator(actor) ? undefined : wideningOf(key.customClaims, customClaims);
  if (widening !== undefined) return beyond(widening);
  const grows = Object.keys(customClaims).length > Object.keys(key.customClaims).length;
  const fits = grows ? requireRoom(customClaims) : ok(undefined);
  return fits.ok ? ok({ customClaims, ...description }) : fits;
}

/**
 * Decides which key, if any, may replace another. This gives power over the key, as a change does. The new key differs only in
 * `issued_by` and `rotated_from`. It expires with the old key unless another expiry is requested.
 */
export function succeed(
  actor: Actor,
  key: Governed & { readonly description?: string },
  rotatedFrom: string,
  expiresAt?: Date,
): Result<NewKey, Failure> {
  const governed = requireGovernance(actor, key);
  if (!governed.ok) return governed;
  const expiry = expiresAt ? mintedExpiry(actor, expiresAt) : ok(key.expiresAt);
  if (!expiry.ok) return expiry;
  const issuer = isOperator(actor) ? (key.customClaims['issued_by'] ?? operatorIssuer) : issuerOf(actor);
  const customClaims = { ...key.customClaims, issued_by: issuer, rotated_from: rotatedFrom };
  const count = Object.keys(customClaims).length;
  if (count > maxClaims)
    return fail(
      invalid('keyId', `cannot be rotated: its successor would have ${count} claims, and the limit is ${maxClaims}`),
    );
  const { organizationId, userId, description } = key;
  return ok(withoutUndefined({ organizationId, userId, description, customClaims, expiresAt: expiry.value }));
}

/** A stolen key must not undo its own suspension. A person with a session is not a stolen key. */
function mayResume(actor: Actor): boolean {
  return isOperator(actor) || ('credential' in actor && actor.credential === 'session');
}

/** Reports whether an actor may change and rotate a key. */
export function governs(actor: Actor, key: Governed): boolean {
  return requireGovernance(actor, key).ok;
}

/** Checks that an actor may have power over a key: the key must lie within the actor's own authority. */
function requireGovernance(actor: Actor, key: Governed): Result<void, Failure> {
  if (!sees(actor, key)) return beyond('The caller cannot see the key.');
  if (isOperator(actor)) return ok(undefined);
  if (key.userId !== actor.userId) {
    const scoped = requireScope(actor, 'keys:users');
    if (!scoped.ok) return scoped;
  }
  const missing = foreignWord(actor, scopeOf(key));
  if (missing !== undefined) return beyond(`The key has the scope "${missing}", which the caller does not have.`);
  // A key with another plan would be a bigger key, or a way to lose the caller's own plan.
  if (key.customClaims['plan'] !== actor.customClaims['plan'])
    return beyond('The key does not have the same plan as the caller.');
  const latest = latestExpiryOf(actor);
  const outlives = latest !== undefined && !(Date.parse(key.expiresAt ?? '') <= Date.parse(latest));
  return outlives ? beyond("The key expires later than the caller's own key, or never.") : ok(undefined);
}

/** Checks that the requested claims and scope lie within the actor's own. */
function requireWithin(actor: Actor, claims: Claims, scope: readonly string[]): Result<void, Failure> {
  const reserved = Object.keys(claims).find((name) => isReservedFor(actor, name));
  if (reserved !== undefined) return fail(invalid(`customClaims.${reserved}`, 'is reserved: only the service sets it'));
  const missing = foreignWord(actor, scope);
  if (missing !== undefined) return beyond(`The caller does not have the scope "${missing}".`);
  const changed = boundsOf(actor).find(([name, value]) => Object.hasOwn(claims, name) && claims[name] !== value);
  return changed ? beyond(`The claim "${changed[0]}" bounds the caller and cannot be changed.`) : ok(undefined);
}

/** The first word of a scope that the actor does not have. */
function foreignWord(actor: Actor, scope: readonly string[]): string | undefined {
  if (isOperator(actor)) return undefined;
  const own = scopeOf(actor);
  return scope.find((word) => !own.includes(word));
}

/** Leaves room for every reserved claim, so that a rotation is always possible. */
function requireRoom(claims: Claims): Result<void, Failure> {
  const count = Object.keys(claims).filter((name) => !isReserved(name)).length;
  if (count <= maxOwnClaims) return ok(undefined);
  return fail(
    invalid('customClaims', `has ${count} claims with the inherited ones and the scope: the limit is ${maxOwnClaims}`),
  );
}

/** Reports whether a change leaves no claim. Scalekit ignores an empty map; a key made beside this API has no reserved claim. */
function losesAll(before: Claims, after: Claims): boolean {
  return Object.keys(before).length > 0 && Object.keys(after).length === 0;
}

/** The claims that an actor gives to every key that it makes. */
function inheritanceOf(actor: Actor): Claims {
  if (isOperator(actor)) return { issued_by: operatorIssuer };
  const { plan } = actor.customClaims;
  return {
    ...Object.fromEntries(boundaryOf(actor)),
    ...(plan === undefined ? {} : { plan }),
    issued_by: issuerOf(actor),
  };
}

function isReservedFor(actor: Actor, name: string): boolean {
  return isOperator(actor) ? isReservedForOperators(name) : isReserved(name);
}

/** A user's key makes keys of that user only. A key for a user also gets the user's roles, so it needs the scope `keys:users`. */
function mintedUser(actor: Actor, userId: string | undefined): Result<string | undefined, Failure> {
  if (isOperator(actor)) return ok(userId);
  if (actor.userId !== undefined) {
    if (userId !== undefined && userId !== actor.userId) return beyond("A user's key creates keys of that user only.");
    return ok(actor.userId);
  }
  if (userId === undefined) return ok(undefined);
  const scoped = requireScope(actor, 'keys:users');
  return scoped.ok ? ok(userId) : scoped;
}

/** No key makes a key that expires later than itself. */
function mintedExpiry(actor: Actor, requested: Date | undefined): Result<string | undefined, Failure> {
  const latest = latestExpiryOf(actor);
  if (requested === undefined) return ok(latest);
  if (latest !== undefined && requested.getTime() > Date.parse(latest)) {
    return beyond(`The expiry is later than the caller's own expiry, ${latest}.`);
  }
  return ok(requested.toISOString());
}

function beyond(detail: string): Result<never, Failure> {
  return fail({ kind: 'beyond_authority', detail });
}
