import { type Actor, isOperator } from '../authentication/actor.ts';
import { sees } from '../authorization/sight.ts';
import { type Failure, outage } from '../failure.ts';
import type { KeyInfo } from '../key.ts';
import { allKeys } from '../keys/key-search.ts';
import { fail, ok, type Result } from '../result.ts';
import type { KeyDirectory } from '../scalekit/scalekit.ts';

/**
 * Finds the active keys that the actor can see and that were made by rotating this key. Searches until `until` (ms since the
 * epoch), among the keys of the rotated key's user if that is known.
 */
export async function successorsOf(
  scalekit: KeyDirectory,
  keyId: string,
  userId: string | undefined,
  actor: Actor,
  until: number,
): Promise<Result<KeyInfo[], Failure>> {
  const { organizationId } = actor;
  const ownUser = isOperator(actor) ? undefined : actor.userId;
  const keys = await allKeys(scalekit, { organizationId, userId: ownUser ?? userId }, until);
  if (!keys.ok) return fail(outage(keys.failure));
  return ok(keys.value.filter((key) => key.customClaims['rotated_from'] === keyId && sees(actor, key)));
}

/** Reports whether a key is older. Of two keys from the same millisecond, the one with the smaller id is older. */
export function isBefore(one: KeyInfo, other: KeyInfo): boolean {
  const difference = Date.parse(one.createdAt ?? '') - Date.parse(other.createdAt ?? '');
  return difference < 0 || (difference === 0 && one.keyId < other.keyId);
}

export function alreadyRotated(successor: KeyInfo): Failure {
  return { kind: 'already_rotated', successorId: successor.keyId };
}
