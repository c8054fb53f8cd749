import { type Actor, isOperator } from '../authentication/actor.ts';
import type { Failure } from '../failure.ts';
import type { Bounded } from '../key.ts';
import { boundaryOf, scopeOf } from '../key-claims.ts';
import { fail, ok, type Result } from '../result.ts';

/** Words of the `scope` claim that this API itself requires. Products add their own. */
export type KeyScope = 'keys:read' | 'keys:write' | 'keys:users';

/** Requires a scope of the actor; operators need none. */
export function requireScope(actor: Actor, scope: KeyScope): Result<void, Failure> {
  return isOperator(actor) || scopeOf(actor).includes(scope)
    ? ok(undefined)
    : fail({ kind: 'insufficient_scope', scope });
}

/**
 * Reports whether an actor can see a key. The key must belong to the actor's organization, to the actor's user if there is one,
 * and have all of the actor's boundary claims with the same values.
 */
export function sees(actor: Actor, key: Bounded): boolean {
  return (
    key.organizationId === actor.organizationId &&
    (isOperator(actor) || actor.userId === undefined || key.userId === actor.userId) &&
    boundsOf(actor).every(([name, value]) => key.customClaims[name] === value)
  );
}

/** Reports whether an actor has boundary claims. Without them it sees all keys of its organization, or of its user. */
export function hasBoundary(actor: Actor): boolean {
  return boundsOf(actor).length > 0;
}

/** The claims that bound the keys that an actor sees and makes; operators have none. */
export function boundsOf(actor: Actor): [string, string][] {
  return isOperator(actor) ? [] : boundaryOf(actor);
}
