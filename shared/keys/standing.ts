import { type Actor, isOperator } from '../authentication/actor.ts';
import type { Failure } from '../failure.ts';
import { hasSameClaims } from '../key-claims.ts';
import { fail, ok, type Result } from '../result.ts';
import type { Scalekit } from '../scalekit/scalekit.ts';

/**
 * Holds an actor to what its key is now: a request may have been under way for seconds when somebody revokes or narrows the
 * key that it came with. `invalid_token` when the key is no more, `beyond_authority` when it is not what it was.
 */
export async function requireStanding(scalekit: Scalekit, actor: Actor): Promise<Result<void, Failure>> {
  if (isOperator(actor)) return ok(undefined);
  const now = await scalekit.validate(actor.keyId);
  if (!now.ok) return fail(now.failure.kind === 'refused' ? { kind: 'invalid_token' } : now.failure);
  return hasSameClaims(actor.customClaims, now.value.customClaims)
    ? ok(undefined)
    : fail({ kind: 'beyond_authority', detail: "The caller's own key was changed meanwhile: try again." });
}
