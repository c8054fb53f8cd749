import { causedBy } from '../audit/audit.ts';
import type { Initiator } from '../authentication/actor.ts';
import { amend, type KeyChange } from '../authorization/authority.ts';
import { requireScope } from '../authorization/sight.ts';
import type { Failure } from '../failure.ts';
import { type AmendedKey, type Key, type KeyInfo, toKey } from '../key.ts';
import { hasSameClaims } from '../key-claims.ts';
import { fail, ok, type Result } from '../result.ts';
import { findKey } from './find-key.ts';
import type { KeyServices } from './key-services.ts';
import { requireStanding } from './standing.ts';

/**
 * Changes a key. Needs `keys:write`, and authority over the key. Returns the changed key from Scalekit; `not_applied` if it is
 * not as requested.
 */
export async function updateKey(
  services: KeyServices,
  keyId: string,
  change: KeyChange,
  by: Initiator,
): Promise<Result<Key, Failure>> {
  const { scalekit, mutations } = services;
  const scoped = requireScope(by.actor, 'keys:write');
  if (!scoped.ok) return scoped;
  const [stands, found] = await Promise.all([requireStanding(scalekit, by.actor), findKey(scalekit, keyId, by.actor)]);
  if (!stands.ok) return stands;
  if (!found.ok) return found;
  // The caller's key is not checked again afterwards. A caller only narrows keys, so a key that was revoked in between gains
  // nothing. Restoring the old values could undo another actor's narrowing.
  const amended = amend(by.actor, found.value, change);
  if (!amended.ok) return amended;
  const updated = await mutations.update(found.value, amended.value, causedBy(by, 'requested'));
  if (!updated.ok) return fail(updated.failure.kind === 'refused' ? { kind: 'not_found' } : updated.failure);
  return isApplied(amended.value, updated.value) ? ok(toKey(updated.value)) : fail({ kind: 'not_applied' });
}

/** Reports whether a key has the requested description and claims, and no other claim. */
function isApplied({ description, customClaims }: AmendedKey, key: KeyInfo): boolean {
  return (
    (description === undefined || (key.description ?? '') === description) &&
    (customClaims === undefined || hasSameClaims(customClaims, key.customClaims))
  );
}
