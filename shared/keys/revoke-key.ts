import { causedBy } from '../audit/audit.ts';
import { type Initiator, isOperator } from '../authentication/actor.ts';
import { requireScope, sees } from '../authorization/sight.ts';
import type { Failure } from '../failure.ts';
import type { Result } from '../result.ts';
import { findKeyToEnd } from './find-key.ts';
import type { KeyServices } from './key-services.ts';

/**
 * Revokes a key. Needs `keys:write`. Afterwards no key with this id that the caller can see is active; a key that it cannot see
 * stays. Idempotent.
 */
export async function revokeKey(
  { scalekit, mutations }: KeyServices,
  keyId: string,
  by: Initiator,
): Promise<Result<void, Failure>> {
  const scoped = requireScope(by.actor, 'keys:write');
  if (!scoped.ok) return scoped;
  const found = await findKeyToEnd(scalekit, keyId, by.actor);
  if (!found.ok) {
    // Only an operator may end the cached decisions of any key. This way no earlier decision outlives the outage.
    if (isOperator(by.actor)) await mutations.endAbsent(keyId);
    return found;
  }
  if (found.value && sees(by.actor, found.value)) return mutations.revoke(found.value, causedBy(by, 'requested'));
  // If Scalekit does not find the key, the request may repeat a revocation whose mark failed. A key that the caller cannot see is
  // not marked, but takes as long.
  return mutations.endAbsent(found.value ? undefined : keyId);
}
