import type { Mutations } from '../audit/mutations.ts';
import { isPossibleKey } from '../authentication/bearer.ts';
import { refusedKeys } from '../authentication/refused-keys.ts';
import { type AuthorizerCache, flushIfCached } from '../aws/authorizer-cache.ts';
import { type Failure, outage } from '../failure.ts';
import { operationMs } from '../keys/time-limits.ts';
import { fail, ok, type Result } from '../result.ts';
import type { Scalekit } from '../scalekit/scalekit.ts';

/** What whoever found a plain key can do about it. */
export interface LeakedKeys {
  /**
   * Revokes the key that a token is. The outcome tells nothing of the token: it is the same for one that is no key, and it
   * takes the same time for a key that is active as for one that never was. Only an outage is told.
   */
  revoke(token: string, requestId: string): Promise<Result<void, Failure>>;
}

/** How long an answer takes at the least, once Scalekit was asked: longer than what only an active key costs. A flush costs more. */
const floorMs = { plain: 500, beyondWait: 1_000 };

export function createLeakedKeys(scalekit: Scalekit, mutations: Mutations, cache?: AuthorizerCache): LeakedKeys {
  const refused = refusedKeys();
  const settledMs = cache ? cache.waitMs + floorMs.beyondWait : floorMs.plain;

  /** Both ways make the same calls of Scalekit. */
  async function revokeOnce(token: string, requestId: string, flushBy: number): Promise<Result<void, Failure>> {
    const found = await scalekit.validate(token);
    if (!found.ok && found.failure.kind !== 'refused') return fail(found.failure);
    const isKey = found.ok && found.value.keyId !== token;
    const cause = { actor: { type: 'holder' }, requestId, reason: 'leaked' } as const;
    const revoked = isKey ? await mutations.revoke(found.value, cause) : await scalekit.invalidate('unknown');
    // Whatever Scalekit says of a token that nobody has ends nothing.
    if (!revoked.ok && (isKey || revoked.failure.kind !== 'refused')) return fail(outage(revoked.failure));
    return isKey ? flushIfCached(cache, flushBy) : ok(undefined);
  }

  return {
    async revoke(token, requestId) {
      if (!isPossibleKey(token) || refused.has(token)) return ok(undefined);
      const startedAt = Date.now();
      const done = await revokeOnce(token, requestId, startedAt + operationMs);
      if (done.ok) refused.add(token);
      const restMs = Math.max(0, settledMs - (Date.now() - startedAt));
      await new Promise((resolve) => setTimeout(resolve, restMs));
      return done;
    },
  };
}
