import { type Failure, internalError } from '../failure.ts';
import type { KeyServices } from '../keys/key-services.ts';
import { operationMs } from '../keys/time-limits.ts';
import { fail, type Result } from '../result.ts';

/** Which overlap is over. */
export interface Overlap {
  readonly organizationId: string;
  readonly keyId: string;
}

/** Revokes a key whose overlap with its successor is over, and ends what is cached of it. Idempotent. */
export async function endOverlap(
  { scalekit, mutations, cache }: KeyServices,
  { organizationId, keyId }: Overlap,
  requestId: string,
): Promise<Result<void, Failure>> {
  const flushBy = Date.now() + operationMs;
  const found = await scalekit.lookUp(keyId);
  if (!found.ok) return found;
  if (found.value) {
    if (found.value.organizationId !== organizationId)
      return fail(internalError('the key is of another organization than its schedule'));
    const cause = { actor: { type: 'schedule' }, requestId, reason: 'overlap_ended' } as const;
    const revoked = await mutations.revoke(found.value, cause);
    if (!revoked.ok) return revoked;
  }
  return cache.flush(flushBy);
}
