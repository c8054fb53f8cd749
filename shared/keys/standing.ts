import { type Initiator, isOperator } from '../authentication/actor.ts';
import type { Failure } from '../failure.ts';
import { hasSameClaims } from '../key-claims.ts';
import { fail, ok, type Result } from '../result.ts';
import type { CallKind } from '../scalekit/call-policy.ts';
import type { KeyDirectory } from '../scalekit/scalekit.ts';

/**
 * Checks that the actor's own key is still active and unchanged: it may have been revoked or narrowed during the request. Of a
 * visitor, that the session has not ended. `invalid_token`: it is no longer active. `beyond_authority`: its claims changed.
 */
export async function requireStanding(
  scalekit: KeyDirectory,
  { actor, stands }: Initiator,
  kind?: CallKind,
): Promise<Result<void, Failure>> {
  if (isOperator(actor)) return ok(undefined);
  if (!('keyId' in actor)) return stands ? stands() : fail({ kind: 'invalid_token' });
  const now = await scalekit.lookUp(actor.keyId, kind);
  if (!now.ok) return now;
  if (!now.value) return fail({ kind: 'invalid_token' });
  return hasSameClaims(actor.customClaims, now.value.customClaims)
    ? ok(undefined)
    : fail({ kind: 'beyond_authority', detail: "The caller's own key was changed during the request: retry." });
}
