import { type Actor, isOperator } from '../authentication/actor.ts';
import type { Failure } from '../failure.ts';
import type { Bounded } from '../key.ts';
import { boundaryOf, scopeOf } from '../key-claims.ts';
import { fail, ok, type Result } from '../result.ts';

/** Words of the `scope` claim that this API itself asks for. Products add words of their own. */
export type KeyScope = 'keys:read' | 'keys:write' | 'keys:users';

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

/** The claims that bound what an actor sees and makes; operators have none. */
export function boundsOf(actor: Actor): [string, string][] {
  return isOperator(actor) ? [] : boundaryOf(actor);
}
