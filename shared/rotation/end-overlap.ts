import { type Failure, internalError } from '../failure.ts';
import type { KeyServices } from '../keys/key-services.ts';
import { fail, type Result } from '../result.ts';

/** An overlap that has ended. */
export interface Overlap {
  readonly organizationId: string;
  readonly keyId: string;
}

/** Revokes a key whose overlap with its successor has ended, and ends its cached decisions. Idempotent. */
export async function endOverlap(
  { scalekit, mutations }: KeyServices,
  { organizationId, keyId }: Overlap,
  requestId: string,
): Promise<Result<void, Failure>> {
  const found = await scalekit.lookUp(keyId, { waitsForLimit: true });
  if (!found.ok) return found;
  if (!found.value) return mutations.endAbsent(keyId);
  if (found.value.organizationId !== organizationId)
    return fail(internalError('the key is of another organization than its schedule'));
  return mutations.revoke(found.value, { actor: { type: 'schedule' }, requestId, reason: 'overlap_ended' });
}
