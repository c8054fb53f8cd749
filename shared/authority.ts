import type { Caller } from './caller.ts';
import { type Failure, invalid } from './failure.ts';
import { fail, ok, type Result } from './result.ts';

/** Words of the `scope` claim that this API itself asks for. Products add words of their own. */
export type KeyScope = 'keys:read' | 'keys:write' | 'keys:users';

/** Claims that are set by us or by an operator, and never by a caller. */
const reservedClaims = ['issued_by', 'rotated_from', 'plan'] as const;

/** Scalekit's limit on the claims of one key, ours included. */
export const maxClaims = 20;

/** What a caller asks a new key to be. */
export interface KeyRequest {
  readonly userId?: string | undefined;
  readonly description?: string | undefined;
  /** Without `scope`. */
  readonly customClaims: Readonly<Record<string, string>>;
  /** Distinct words; empty for a key without scope. */
  readonly scope: readonly string[];
  readonly expiresAt?: Date;
}

/** What a caller asks to be changed of a key; what is absent stays. */
export interface KeyChange {
  /** `""` clears it. */
  readonly description?: string | undefined;
  /** All claims but `scope` and the reserved ones; replaces those that the key has. */
  readonly customClaims?: Readonly<Record<string, string>>;
  /** Distinct words; empty for none. */
  readonly scope?: readonly string[];
}

/** What a changed key is set to: the whole map of claims, and the description if it changes. */
export interface AmendedKey {
  readonly customClaims: Readonly<Record<string, string>>;
  readonly description?: string;
}

/** What of a key decides who may see it. */
interface Bounded {
  readonly organizationId: string;
  readonly userId?: string;
  readonly customClaims: Readonly<Record<string, string>>;
}

/** The words of a key's scope. */
export function scopeOf(key: { readonly customClaims: Readonly<Record<string, string>> }): string[] {
  return scopeWords(key.customClaims['scope'] ?? '');
}

/** Splits a scope into its distinct words, as OAuth 2.0 writes it. */
export function scopeWords(scope: string): string[] {
  return [...new Set(scope.split(' ').filter((word) => word !== ''))];
}

/** Holds a caller to a scope. */
export function requireScope(caller: Caller, scope: KeyScope): Result<void, Failure> {
  return scopeOf(caller).includes(scope) ? ok(undefined) : fail({ kind: 'insufficient_scope', scope });
}

/**
 * Tells whether a key exists for a caller: it is of the caller's organization, of its user if it has one, and carries
 * all of the caller's boundary claims with the same values.
 */
export function sees(caller: Caller, key: Bounded): boolean {
  return (
    key.organizationId === caller.organizationId &&
    (caller.userId === undefined || key.userId === caller.userId) &&
    boundary(caller).every(([name, value]) => key.customClaims[name] === value)
  );
}

/** A caller without boundary claims sees everything of its organization, or of its user. */
export function hasBoundary(caller: Caller): boolean {
  return boundary(caller).length > 0;
}

/**
 * Decides what key, if any, a caller may create: never one beyond its own organization, user, scope, claims or expiry.
 * The claims returned are complete: inherited, asked for, and set by us. `plan`, an operator's word, is inherited: a
 * key can't shed its plan by making another.
 */
export function mint(caller: Caller, request: KeyRequest): Result<NewKey, Failure> {
  const within = requireWithin(caller, request.customClaims, request.scope);
  if (!within.ok) return within;
  const user = mintedUser(caller, request.userId);
  if (!user.ok) return user;
  const expiresAt = mintedExpiry(caller, request.expiresAt);
  if (!expiresAt.ok) return expiresAt;
  const { plan } = caller.customClaims;
  const inherited = { ...Object.fromEntries(boundary(caller)), ...(plan === undefined ? {} : { plan }) };
  const customClaims = withScope({ ...request.customClaims, ...inherited, issued_by: caller.keyId }, request.scope);
  const counted = requireCount(customClaims);
  if (!counted.ok) return counted;
  return ok({
    organizationId: caller.organizationId,
    ...(user.value === undefined ? {} : { userId: user.value }),
    ...(request.description === undefined ? {} : { description: request.description }),
    customClaims,
    ...(expiresAt.value === undefined ? {} : { expiresAt: expiresAt.value }),
  });
}

/**
 * Decides what a key may be changed to. That gives power over it, so it must lie within the caller's own scope, claims,
 * user and expiry, before and after. Its reserved claims stay.
 */
export function amend(caller: Caller, key: Governed, change: KeyChange): Result<AmendedKey, Failure> {
  const governed = requireGovernance(caller, key);
  if (!governed.ok) return governed;
  const claims = change.customClaims ?? Object.fromEntries(boundary(key));
  const scope = change.scope ?? scopeOf(key);
  const within = requireWithin(caller, claims, scope);
  if (!within.ok) return within;
  const reserved = Object.entries(key.customClaims).filter(([name]) => isReserved(name));
  const customClaims = withScope({ ...claims, ...Object.fromEntries([...boundary(caller), ...reserved]) }, scope);
  const counted = requireCount(customClaims);
  if (!counted.ok) return counted;
  return ok({ customClaims, ...(change.description === undefined ? {} : { description: change.description }) });
}

/** What of a key decides who may change it. */
interface Governed extends Bounded {
  readonly expiresAt?: string;
}

function requireGovernance(caller: Caller, key: Governed): Result<void, Failure> {
  if (!sees(caller, key)) return beyond('The key lies beyond the caller.');
  if (key.userId !== caller.userId) {
    const scoped = requireScope(caller, 'keys:users');
    if (!scoped.ok) return scoped;
  }
  const missing = foreignWord(caller, scopeOf(key));
  if (missing !== undefined) return beyond(`The key has the scope "${missing}", which is not among the caller's own.`);
  const outlives = caller.expiresAt !== undefined && !(Date.parse(key.expiresAt ?? '') <= Date.parse(caller.expiresAt));
  return outlives ? beyond("The key outlives the caller's own.") : ok(undefined);
}

/** Holds claims and scope that a caller asks for to its own. */
function requireWithin(
  caller: Caller,
  claims: Readonly<Record<string, string>>,
  scope: readonly string[],
): Result<void, Failure> {
  const reserved = Object.keys(claims).find(isReserved);
  if (reserved !== undefined) return fail(invalid(`customClaims.${reserved}`, 'is reserved: only the service sets it'));
  const missing = foreignWord(caller, scope);
  if (missing !== undefined) return beyond(`The scope "${missing}" is not among the caller's own.`);
  const changed = boundary(caller).find(([name, value]) => Object.hasOwn(claims, name) && claims[name] !== value);
  return changed ? beyond(`The claim "${changed[0]}" bounds the caller, and can't be changed.`) : ok(undefined);
}

/** The first word of a scope that the caller's own does not have. */
function foreignWord(caller: Caller, scope: readonly string[]): string | undefined {
  const own = scopeOf(caller);
  return scope.find((word) => !own.includes(word));
}

function requireCount(claims: Readonly<Record<string, string>>): Result<void, Failure> {
  const count = Object.keys(claims).length;
  if (count <= maxClaims) return ok(undefined);
  return fail(
    invalid('customClaims', `makes ${count} claims with the inherited and reserved ones; at most ${maxClaims} fit`),
  );
}

function withScope(claims: Record<string, string>, scope: readonly string[]): Record<string, string> {
  return scope.length > 0 ? { ...claims, scope: scope.join(' ') } : claims;
}

function isReserved(name: string): boolean {
  return (reservedClaims as readonly string[]).includes(name);
}

/** A key that its caller may create. */
export interface NewKey extends Bounded {
  readonly description?: string;
  readonly expiresAt?: string;
}

/** A user's key makes keys of that user only. To make one for a user brings the user's roles along: a scope of its own. */
function mintedUser(caller: Caller, userId: string | undefined): Result<string | undefined, Failure> {
  if (caller.userId !== undefined) {
    if (userId !== undefined && userId !== caller.userId) return beyond("A user's key creates keys of that user only.");
    return ok(caller.userId);
  }
  if (userId === undefined) return ok(undefined);
  const scoped = requireScope(caller, 'keys:users');
  return scoped.ok ? ok(userId) : scoped;
}

function mintedExpiry(caller: Caller, requested: Date | undefined): Result<string | undefined, Failure> {
  if (requested === undefined) return ok(caller.expiresAt);
  if (caller.expiresAt !== undefined && requested.getTime() > Date.parse(caller.expiresAt)) {
    return beyond(`The expiry is later than the caller's own, ${caller.expiresAt}.`);
  }
  return ok(requested.toISOString());
}

/** Every claim but the scope and the reserved ones. */
function boundary(key: { readonly customClaims: Readonly<Record<string, string>> }): [string, string][] {
  return Object.entries(key.customClaims).filter(([name]) => name !== 'scope' && !isReserved(name));
}

function beyond(detail: string): Result<never, Failure> {
  return fail({ kind: 'beyond_authority', detail });
}
