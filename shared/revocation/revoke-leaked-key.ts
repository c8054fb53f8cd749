import { isPossibleKey } from '../authentication/bearer.ts';
import type { RefusedKeys } from '../authentication/refused-keys.ts';
import type { Failure } from '../failure.ts';
import type { KeyServices } from '../keys/key-services.ts';
import { operationMs } from '../keys/time-limits.ts';
import { ok, type Result } from '../result.ts';

/** Minimum response time, so that timing does not reveal whether the key was active. Longer where decisions are cached. */
const floorMs = { plain: 500, beyondWait: 1_000 };

/**
 * Revokes the key that a token is, for somebody who found it. The answer and its time are the same for an active key, for an
 * ended one, and for a token that never was a key; only an outage is told. `refused` remembers tokens that are not active.
 */
export async function revokeLeakedKey(
  services: KeyServices & { readonly refused: RefusedKeys },
  token: string,
  requestId: string,
): Promise<Result<void, Failure>> {
  const { refused, cache } = services;
  if (!isPossibleKey(token) || refused.has(token)) return ok(undefined);
  const startedAt = Date.now();
  const done = await revokeOnce(services, token, requestId, startedAt + operationMs);
  if (done.ok) refused.add(token);
  const settledMs = cache.waitMs > 0 ? cache.waitMs + floorMs.beyondWait : floorMs.plain;
  const restMs = Math.max(0, settledMs - (Date.now() - startedAt));
  await new Promise((resolve) => setTimeout(resolve, restMs));
  return done;
}

/** Makes the same calls of Scalekit, whether the token is an active key or not. */
async function revokeOnce(
  { scalekit, mutations, cache }: KeyServices,
  token: string,
  requestId: string,
  flushBy: number,
): Promise<Result<void, Failure>> {
  const found = await scalekit.lookUp(token);
  if (!found.ok) return found;
  if (!found.value || found.value.keyId === token) return mutations.revokeNothing();
  const revoked = await mutations.revoke(found.value, { actor: { type: 'holder' }, requestId, reason: 'leaked' });
  return revoked.ok ? cache.flush(flushBy) : revoked;
}
