import { setTimeout as delay } from 'node:timers/promises';
import type { AuthorizerCache } from './authorizer-cache.ts';
import { isPossibleKey } from './bearer.ts';
import { type Failure, outage } from './failure.ts';
import type { Mutations } from './mutations.ts';
import { refusedKeys } from './refused-keys.ts';
import { fail, ok, type Result } from './result.ts';
import type { Scalekit } from './scalekit.ts';

/** What whoever found a plain key can do about it. */
export interface LeakedKeys {
  /**
   * Revokes the key that a token is. The outcome tells nothing of the token: it is the same for one that is no key, and it
   * takes the same time for a key that is active as for one that never was. Only an outage is told.
   */
  revoke(token: string, requestId: string): Promise<Result<void, Failure>>;
}

/** How long an answer takes at the least, once Scalekit was asked: longer than what only an active key costs. */
const floorMs = 500;

export function createLeakedKeys(scalekit: Scalekit, mutations: Mutations, cache?: AuthorizerCache): LeakedKeys {
  const refused = refusedKeys();

  /** Both ways make the same calls of Scalekit. */
  async function revokeOnce(token: string, requestId: string): Promise<Result<void, Failure>> {
    const found = await scalekit.validate(token);
    if (!found.ok && found.failure.kind !== 'refused') return fail(found.failure);
    const isKey = found.ok && found.value.keyId !== token;
    const cause = { actor: { type: 'holder' }, requestId, reason: 'leaked' } as const;
    const revoked = isKey ? await mutations.revoke(found.value, cause) : await scalekit.invalidate('unknown');
    if (!revoked.ok) return fail(outage(revoked.failure));
    if (!cache) return ok(undefined);
    if (isKey) return cache.flush();
    await cache.wait();
    return ok(undefined);
  }

  return {
    async revoke(token, requestId) {
      if (!isPossibleKey(token) || refused.has(token)) return ok(undefined);
      const startedAt = Date.now();
      const done = await revokeOnce(token, requestId);
      if (done.ok) refused.add(token);
      const settledMs = cache ? 0 : floorMs - (Date.now() - startedAt);
      await delay(Math.max(0, settledMs));
      return done;
    },
  };
}
