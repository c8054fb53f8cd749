import { type Actor, isOperator } from '../authentication/actor.ts';
import { type Failure, invalid } from '../failure.ts';
import type { AmendedKey, Bounded, Governed, NewKey } from '../key.ts';
import {
  boundaryOf,
  type Claims,
  isReserved,
  isReservedForOperators,
  maxClaims,
  scopeOf,
  withScope,
} from '../key-claims.ts';
import { fail, ok, type Result } from '../result.ts';

/** Words of the `scope` claim that this API itself asks for. Products add words of their own. */
export type KeyScope = 'keys:read' | 'keys:write' | 'keys:users';

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

/** What is asked to be changed of a key; what is absent stays. */
export interface KeyChange {
  /** `""` clears it. */
  readonly description?: string | undefined;
  /** All claims but `scope` and the reserved ones; replaces those that the key has. */
  readonly customClaims?: Claims;
  /** Distinct words; empty for none. */
  readonly scope?: readonly string[];
}

/** Holds an actor to a scope; operators need none. */
export function requireScope(actor: Actor, scope: KeyScope): Result<void, Failure> {
  return isOperator(actor) || scopeOf(actor).includes(scope)
    ? ok(undefined)
    : fail({ kind: 'insufficient_scope', scope });
}

/**
 * Tells whether a key exists for an actor: it is of the actor's organization, of its user if it has one, and carries
 * all of the actor's boundary claims with the same values.
 */
export function sees(actor: Actor, key: Bounded): boolean {
  return (
    key.organizationId === actor.organizationId &&
    (isOperator(actor) || actor.userId === undefined || key.userId === actor.userId) &&
    boundsOf(actor).every(([name, value]) => key.customClaims[name] === value)
  );
}

/** An actor without boundary claims sees everything of its organization, or of its user. */
export function hasBoundary(actor: Actor): boolean {
  return boundsOf(actor).length > 0;
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
  const { organizationId } = actor;
  const { description } = request;
  return newKey({ organizationId, userId: user.value, description, customClaims, expiresAt: expiresAt.value });
}

/**
 * Decides what a key may be changed to. That gives power over it, so it must lie within the actor's own scope, claims,
 * user and expiry, before and after. Its reserved claims stay.
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
  const counted = requireCount(customClaims);
  if (!counted.ok) return counted;
  return ok({ customClaims, ...description });
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
  // Whoever rotates holds the new key: one of another plan would be a bigger key, or a way to shed one's own.
  if (!isOperator(actor) && key.customClaims['plan'] !== actor.customClaims['plan'])
    return beyond("The key has another plan than the caller's own.");
  const expiry = expiresAt ? mintedExpiry(actor, expiresAt) : ok(key.expiresAt);
  if (!expiry.ok) return expiry;
  const issuer = isOperator(actor) ? (key.customClaims['issued_by'] ?? operatorIssuer) : actor.keyId;
  const customClaims = { ...key.customClaims, issued_by: issuer, rotated_from: rotatedFrom };
  const { organizationId, userId, description } = key;
  return newKey({ organizationId, userId, description, customClaims, expiresAt: expiry.value });
}

/** What was decided of a new key, with `undefined` for what it does not have. */
interface Decided {
  readonly organizationId: string;
  readonly userId: string | undefined;
  readonly description: string | undefined;
  readonly customClaims: Claims;
  readonly expiresAt: string | undefined;
}

/** Completes what was decided of a new key: its claims must fit, and what it does not have is absent. */
function newKey({ organizationId, userId, description, customClaims, expiresAt }: Decided): Result<NewKey, Failure> {
  const counted = requireCount(customClaims);
  if (!counted.ok) return counted;
  return ok({
    organizationId,
    ...(userId === undefined ? {} : { userId }),
    ...(description === undefined ? {} : { description }),
    customClaims,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });
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

function requireCount(claims: Claims): Result<void, Failure> {
  const count = Object.keys(claims).length;
  if (count <= maxClaims) return ok(undefined);
  return fail(
    invalid('customClaims', `makes ${count} claims with the inherited and reserved ones; at most ${maxClaims} fit`),
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

/** The claims that bound what an actor sees and makes; operators have none. */
function boundsOf(actor: Actor): [string, string][] {
  return isOperator(actor) ? [] : boundaryOf(actor);
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
