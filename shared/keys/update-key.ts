import { causedBy } from '../audit/audit.ts';
import type { Initiator } from '../authentication/actor.ts';
import { amend, type KeyChange } from '../authorization/authority.ts';
import { requireScope } from '../authorization/sight.ts';
import { anyScope, type Vocabulary } from '../authorization/vocabulary.ts';
import type { Suspensions } from '../decision-cache/suspensions.ts';
import { type Failure, invalid } from '../failure.ts';
import { type Key, toKey } from '../key.ts';
import { scopeOf } from '../key-claims.ts';
import { fail, ok, type Result } from '../result.ts';
import { changeKey } from './change-key.ts';
import { findKey } from './find-key.ts';
import type { KeyServices } from './key-services.ts';
import { requirePlanOfOrganization } from './plan-of-organization.ts';
import { requireStanding } from './standing.ts';

/** The services that a change of a key needs. */
export interface UpdateServices extends KeyServices {
  readonly suspensions: Suspensions;
}

/**
 * Changes a key. Needs `keys:write`, and authority over the key. Returns the changed key from Scalekit; `not_applied` if it is
 * not as requested.
 */
export async function updateKey(
  services: UpdateServices,
  keyId: string,
  change: KeyChange,
  by: Initiator,
  knows: Vocabulary = anyScope,
): Promise<Result<Key, Failure>> {
  const { scalekit, suspensions, planOf } = services;
  const scoped = requireScope(by.actor, 'keys:write');
  if (!scoped.ok) return scoped;
  const [stands, found] = await Promise.all([requireStanding(services, by), findKey(scalekit, keyId, by.actor)]);
  if (!stands.ok) return stands;
  if (!found.ok) return found;
  const known = knows(change.scope, scopeOf(found.value));
  if (!known.ok) return known;
  const asked = change.customClaims?.['plan'];
  const planned = await requirePlanOfOrganization(found.value.organizationId, asked, planOf);
  if (!planned.ok) return planned;
  // The caller's key is not checked again afterwards. A caller only narrows keys, so a key that was revoked in between gains
  // nothing. Restoring the old values could undo another actor's narrowing.
  const amended = amend(by.actor, found.value, change);
  if (!amended.ok) return amended;
  if (change.suspended !== undefined) {
    const recorded = await suspensions.record(keyId, change.suspended);
    if (!recorded.ok) return recorded;
  }
  const changed = await changeKey(services, found.value, amended.value, causedBy(by, 'requested'));
  if (changed.ok) return ok(toKey(changed.value));
  if (changed.failure.kind !== 'refused') return fail(changed.failure);
  return fail(changed.failure.isUnknown ? { kind: 'not_found' } : refusedChange);
}

const refusedChange = invalid('', 'The change was refused: the key cannot have these claims or this description');
