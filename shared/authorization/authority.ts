import { type Actor, isOperator } from '../authentication/actor.ts';
import { type Failure, invalid } from '../failure.ts';
import type { AmendedKey, Governed, NewKey } from '../key.ts';
import {
  boundaryOf,
  type Claims,
  isReserved,
  isReservedForOperators,
  maxClaims,
  maxOwnClaims,
  scopeOf,
  withScope,
} from '../key-claims.ts';
import { fail, ok, type Result } from '../result.ts';
import { withoutUndefined } from '../without-undefined.ts';
import { wideningOf } from './narrowing.ts';
import { boundsOf, requireScope, sees } from './sight.ts';

/** What a new key is asked to be. */
export interface KeyRequest {
  readonly userId?: string | undefined;
  readonly description?: string | undefined;
  /** Without `scope`. */
  readonly customClaims: Claims;
  /** Distinct words; empty for a key without scope. */
  readonly scope: readonly string[];
  readonly expiresAt?: Date;
}

/** What is asked to be changed of a key; what is absent stays. A key may only ask for what narrows the key. */
export interface KeyChange {
  /** `""` clears it. */
  readonly description?: string | undefined;
  /** All claims but `scope` and the reserved ones; replaces those that the key has. */
  readonly customClaims?: Claims;
  /** Distinct words; empty for none. */
  readonly scope?: readonly string[];
}

/**
 * Decides what key, if any, an actor may create: never one beyond its own organization, and for a key's never one beyond
 * its user, scope, claims or expiry. The claims returned are complete: inherited, asked for, and set by us. `plan`, an
 * operator's word, is inherited: a key can't shed its plan by making another.
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
 * Decides what a key may be changed to. That gives power over it, so it must lie within the actor's own scope, claims,
 * user, expiry and plan. A key only ever narrows: it takes scope words away, adds claims, or narrows `allowed_ips`; an
 * operator sets all. Reserved claims stay, but for a plan that an operator names.
 */
export function amend(actor: Actor, key: Governed, change: KeyChange): Result<AmendedKey, Failure> {
  const governed = requireGovernance(actor, key);
  if (!governed.ok) return governed;
  const description = change.description === undefined ? {} : { description: change.description };
  if (change.customClaims === undefined && change.scope === undefined) return ok(description);
  const scope = change.scope ?? scopeOf(key);
  const others = Object.entries(key.customClaims).filter(([name]) => name !== 'scope');
  const kept = Object.fromEntries(others.filter(([name]) => isReserved(name)));
  const claims = change.customClaims ?? Object.fromEntries(others.filter(([name]) => !isReserved(name)));
  const within = requireWithin(actor, claims, scope);
  if (!within.ok) return within;
  // What is kept comes first: an operator may name another plan.
  const customClaims = withScope({ ...kept, ...claims, ...Object.fromEntries(boundsOf(actor)) }, scope);
  const widening = isOperator(actor) ? undefined : wideningOf(key.customClaims, customClaims);
  if (widening !== undefined) return beyond(widening);
  const grows = Object.keys(customClaims).length > Object.keys(key.customClaims).length;
  const fits = grows ? requireRoom(customClaims) : ok(undefined);
  return fits.ok ? ok({ customClaims, ...description }) : fits;
}

/**
 * Decides what key, if any, may take the place of another. That gives power over it, as a change does. It is the same but
 * for who made it and what it was `rotated_from`, and expires with it unless another expiry is asked for.
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
  const issuer = isOperator(actor) ? (key.customClaims['issued_by'] ?? operatorIssuer) : actor.keyId;
  const customClaims = { ...key.customClaims, issued_by: issuer, rotated_from: rotatedFrom };
  const count = Object.keys(customClaims).length;
  if (count > maxClaims)
    return fail(
      invalid('keyId', `cannot be rotated: its successor would have ${count} claims, and the limit is ${maxClaims}`),
    );
  const { organizationId, userId, description } = key;
  return ok(withoutUndefined({ organizationId, userId, description, customClaims, expiresAt: expiry.value }));
}

/** Holds an actor that would have power over a key to what it has itself. */
function requireGovernance(actor: Actor, key: Governed): Result<void, Failure> {
  if (!sees(actor, key)) return beyond('The key lies beyond the caller.');
  if (isOperator(actor)) return ok(undefined);
  if (key.userId !== actor.userId) {
    const scoped = requireScope(actor, 'keys:users');
    if (!scoped.ok) return scoped;
  }
  const missing = foreignWord(actor, scopeOf(key));
  if (missing !== undefined) return beyond(`The key has the scope "${missing}", which is not among the caller's own.`);
  // A key of another plan would be a bigger key, or a way to shed one's own.
  if (key.customClaims['plan'] !== actor.customClaims['plan'])
    return beyond("The key has another plan than the caller's own.");
  const outlives = actor.expiresAt !== undefined && !(Date.parse(key.expiresAt ?? '') <= Date.parse(actor.expiresAt));
  return outlives ? beyond("The key outlives the caller's own.") : ok(undefined);
}

/** Holds claims and scope that an actor asks for to its own. */
function requireWithin(actor: Actor, claims: Claims, scope: readonly string[]): Result<void, Failure> {
  const reserved = Object.keys(claims).find((name) => isReservedFor(actor, name));
  if (reserved !== undefined) return fail(invalid(`customClaims.${reserved}`, 'is reserved: only the service sets it'));
  const missing = foreignWord(actor, scope);
  if (missing !== undefined) return beyond(`The scope "${missing}" is not among the caller's own.`);
  const changed = boundsOf(actor).find(([name, value]) => Object.hasOwn(claims, name) && claims[name] !== value);
  return changed ? beyond(`The claim "${changed[0]}" bounds the caller, and can't be changed.`) : ok(undefined);
}

/** The first word of a scope that the actor's own does not have. */
function foreignWord(actor: Actor, scope: readonly string[]): string | undefined {
  if (isOperator(actor)) return undefined;
  const own = scopeOf(actor);
  return scope.find((word) => !own.includes(word));
}

/** Leaves room for every reserved claim, so that a rotation always fits. */
function requireRoom(claims: Claims): Result<void, Failure> {
  const count = Object.keys(claims).filter((name) => !isReserved(name)).length;
  if (count <= maxOwnClaims) return ok(undefined);
  return fail(
    invalid('customClaims', `has ${count} claims with the inherited ones and the scope: the limit is ${maxOwnClaims}`),
  );
}

/** `issued_by` of a key that no key made. With it a key is never without claims, which Scalekit could not set. */
const operatorIssuer = 'operator';

/** The claims that an actor gives to every key that it makes. */
function inheritanceOf(actor: Actor): Claims {
  if (isOperator(actor)) return { issued_by: operatorIssuer };
  const { plan } = actor.customClaims;
  return {
    ...Object.fromEntries(boundaryOf(actor)),
    ...(plan === undefined ? {} : { plan }),
    issued_by: actor.keyId,
  };
}

function isReservedFor(actor: Actor, name: string): boolean {
  return isOperator(actor) ? isReservedForOperators(name) : isReserved(name);
}

/** A user's key makes keys of that user only. To make one for a user brings the user's roles along: a scope of its own. */
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

/** No key makes one that outlives it. */
function mintedExpiry(actor: Actor, requested: Date | undefined): Result<string | undefined, Failure> {
  const latest = isOperator(actor) ? undefined : actor.expiresAt;
  if (requested === undefined) return ok(latest);
  if (latest !== undefined && requested.getTime() > Date.parse(latest)) {
    return beyond(`The expiry is later than the caller's own, ${latest}.`);
  }
  return ok(requested.toISOString());
}

function beyond(detail: string): Result<never, Failure> {
  return fail({ kind: 'beyond_authority', detail });
}
