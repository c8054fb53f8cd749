import { causedBy } from '../audit/audit.ts';
import type { Initiator } from '../authentication/actor.ts';
import { requireScope, sees } from '../authorization/authority.ts';
import type { Failure } from '../failure.ts';
import type { Result } from '../result.ts';
import type { KeyServices } from './key-services.ts';
import { operationMs } from './time-limits.ts';

/**
 * Revokes a key. Needs `keys:write`. Afterwards no key that the caller can see is active under the id; a key that it
 * cannot see stays. Idempotent.
 */
export async function revokeKey(
  { scalekit, mutations, cache }: KeyServices,
  keyId: string,
  by: Initiator,
): Promise<Result<void, Failure>> {
  const flushBy = Date.now() + operationMs;
  const scoped = requireScope(by.actor, 'keys:write');
  if (!scoped.ok) return scoped;
  const found = await scalekit.lookUp(keyId);
  if (!found.ok) return found;
  if (found.value && sees(by.actor, found.value)) {
    const revoked = await mutations.revoke(found.value, causedBy(by, 'requested'));
    if (!revoked.ok) return revoked;
  }
  // Also where nothing was found: it may be a repeat of a revocation whose flush failed. And where nothing was seen, so
  // that the time of the answer does not tell what else exists.
  return cache.flush(flushBy);
}
