import type { Mutations } from '../audit/mutations.ts';
import { type AuthorizerCache, flushIfCached } from '../aws/authorizer-cache.ts';
import { type Failure, outage } from '../failure.ts';
import { operationMs } from '../keys/time-limits.ts';
import { fail, type Result } from '../result.ts';
import type { Scalekit } from '../scalekit/scalekit.ts';

/** What ends overlaps. */
export interface OverlapEnd {
  /**
   * Revokes a key of an organization whose overlap with its successor is over, and ends what is cached of it. Idempotent:
   * one that is not active any more is as it should be.
   */
  end(organizationId: string, keyId: string, requestId: string): Promise<Result<void, Failure>>;
}

export function createOverlapEnd(scalekit: Scalekit, mutations: Mutations, cache?: AuthorizerCache): OverlapEnd {
  return {
    async end(organizationId, keyId, requestId) {
      const flushBy = Date.now() + operationMs;
      const found = await scalekit.validate(keyId);
      if (!found.ok && found.failure.kind !== 'refused') return fail(found.failure);
      if (found.ok) {
        if (found.value.organizationId !== organizationId) {
          const cause = new Error('the key is of another organization than its schedule');
          return fail({ kind: 'internal_error', cause });
        }
        const cause = { actor: { type: 'schedule' }, requestId, reason: 'overlap_ended' } as const;
        const revoked = await mutations.revoke(found.value, cause);
        if (!revoked.ok) return fail(outage(revoked.failure));
      }
      return flushIfCached(cache, flushBy);
    },
  };
}
