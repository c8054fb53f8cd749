import { causedBy } from '../audit/audit.ts';
import { type Initiator, isOperator } from '../authentication/actor.ts';
import { requireScope, sees } from '../authorization/sight.ts';
import type { Failure } from '../failure.ts';
import type { Result } from '../result.ts';
import { findKeyToEnd } from './find-key.ts';
import type { KeyServices } from './key-services.ts';

/**
 * Revokes a key. Needs `keys:write`. Afterwards no key that the caller can see is active under the id; a key that it
 * cannot see stays. Idempotent.
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
    // An operator may have any key forgotten, so that no decision from before outlives the outage; nobody else may.
    if (isOperator(by.actor)) await mutations.endAbsent(keyId);
    return found;
  }
  if (found.value && sees(by.actor, found.value)) return mutations.revoke(found.value, causedBy(by, 'requested'));
  // What Scalekit does not find may be the repeat of a revocation whose mark failed. A key that the caller cannot see is not
  // marked, and takes as long.
  return mutations.endAbsent(found.value ? undefined : keyId);
}
