import { isPossibleKey, keyInText } from '../authentication/bearer.ts';
import type { RefusedKeys } from '../authentication/refused-keys.ts';
import type { Failure } from '../failure.ts';
import type { KeyServices } from '../keys/key-services.ts';
import { ok, type Result } from '../result.ts';

/** Minimum response time, so that timing does not reveal whether the key was active. */
const floorMs = 500;

/**
 * Revokes a leaked key for a person who found it. The answer and its time are the same for an active key, for an expired or
 * revoked key, and for a token that never was a key; only an outage is reported. White space, quotes and a scheme in the text are
 * ignored. `refused` remembers tokens that are not active.
 */
export async function revokeLeakedKey(
  services: KeyServices & { readonly refused: RefusedKeys },
  text: string,
  requestId: string,
): Promise<Result<void, Failure>> {
  const { refused } = services;
  const token = keyInText(text);
  if (!isPossibleKey(token) || refused.has(token)) return ok(undefined);
  const startedAt = Date.now();
  const done = await revokeOnce(services, token, requestId);
  if (done.ok) refused.add(token);
  const restMs = Math.max(0, floorMs - (Date.now() - startedAt));
  await new Promise((resolve) => setTimeout(resolve, restMs));
  return done;
}

/** Makes the same calls to Scalekit, whether the token is an active key or not. */
async function revokeOnce(
  { scalekit, mutations }: KeyServices,
  token: string,
  requestId: string,
): Promise<Result<void, Failure>> {
  const found = await scalekit.lookUp(token, { waitsForLimit: true });
  if (!found.ok) return found;
  if (!found.value || found.value.keyId === token) return mutations.endUnknown(token);
  return mutations.revoke(found.value, { actor: { type: 'holder' }, requestId, reason: 'leaked' });
}
