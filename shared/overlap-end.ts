import type { AuthorizerCache } from './authorizer-cache.ts';
import { type Failure, outage } from './failure.ts';
import { fail, ok, type Result } from './result.ts';
import type { Scalekit } from './scalekit.ts';

/**
 * Revokes a key of an organization whose overlap with its successor is over, and ends what is cached of it. Idempotent:
 * one that is not active any more is as it should be.
 */
export async function endOverlap(
  scalekit: Scalekit,
  cache: AuthorizerCache | undefined,
  organizationId: string,
  keyId: string,
): Promise<Result<void, Failure>> {
  const found = await scalekit.validate(keyId);
  if (!found.ok && found.failure.kind !== 'refused') return fail(found.failure);
  if (found.ok) {
    if (found.value.organizationId !== organizationId) {
      return fail({ kind: 'internal_error', cause: new Error('the key is of another organization than its schedule') });
    }
    const invalidated = await scalekit.invalidate(keyId);
    if (!invalidated.ok) return fail(outage(invalidated.failure));
  }
  return cache ? cache.flush() : ok(undefined);
}
