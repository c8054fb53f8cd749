import { causedBy } from '../audit/audit.ts';
import type { Initiator } from '../authentication/actor.ts';
import { succeed } from '../authorization/authority.ts';
import { type Lifetimes, withLifetime } from '../authorization/lifetime.ts';
import { requireScope, sees } from '../authorization/sight.ts';
import { type Failure, invalid, outage } from '../failure.ts';
import { type CreatedKey, type Key, type KeyInfo, type NewKey, toKey } from '../key.ts';
import { keepOrganizationPlan, withOrganizationPlan } from '../keys/plan-of-organization.ts';
import { requireStanding } from '../keys/standing.ts';
import { changeMs, rotationMs, searchMs } from '../keys/time-limits.ts';
import { withdraw } from '../keys/withdrawal.ts';
import { fail, ok, type Result } from '../result.ts';
import type { KeyDirectory } from '../scalekit/scalekit.ts';
import { endPrevious, type Previous, type PreviousEnd, type RotationServices } from './end-previous.ts';
import { maxScheduleMs } from './overlap-schedules.ts';
import { alreadyRotated, isBefore, successorsOf } from './successors.ts';

/** The options of a rotation. */
export interface RotationRequest {
  /** How long the old key stays active; 0 revokes it at once. */
  readonly overlapSeconds: number;
  /** Absent: the old key's expiry. */
  readonly expiresAt?: Date;
  /** Revoke an existing successor, and create another. */
  readonly replace: boolean;
}

/** A key's successor, with the state of the key. */
export interface RotatedKey extends Key {
  /** The plain key, in this answer and nowhere else. */
  readonly key: string;
  readonly previous: PreviousEnd & { readonly keyId: string };
}

/**
 * Replaces a key with a new one. Needs `keys:write`, and authority over the key. `already_rotated`: the key has an active
 * successor, and the request does not `replace` it. A repeat with `replace` repairs a rotation whose answer was lost.
 */
export async function rotateKey(
  services: RotationServices,
  keyId: string,
  request: RotationRequest,
  by: Initiator,
  lifetimes: Lifetimes = {},
  /** When the request arrived (ms), if the rotation is not its first step. */
  startedAt = Date.now(),
): Promise<Result<RotatedKey, Failure>> {
  const { scalekit, mutations, planOf } = services;
  const planned = await plan(scalekit, keyId, request, by, startedAt + searchMs);
  if (!planned.ok) return planned;
  const { previous } = planned.value;
  const lasting = withLifetime(planned.value.succession, request.expiresAt, lifetimes);
  if (!lasting.ok) return lasting;
  const succession = await withOrganizationPlan(lasting.value, planOf);
  if (!succession.ok) return succession;
  const searchUntil = startedAt + rotationMs - endMs(scalekit) - scalekit.deadlineMs;
  // Until now nothing has changed. From here on there must be time for all steps that may follow.
  if (Date.now() + changeMs(scalekit) > searchUntil) return fail(outage({ kind: 'slow', cause: new Error('late') }));
  const created = await createSuccessor(services, succession.value, keyId, previous.replaced, by, searchUntil);
  if (!created.ok) return created;
  const { key } = created.value;
  const endAt = startedAt + rotationMs - endMs(scalekit);
  const kept = await keepOrganizationPlan(services, created.value.info, causedBy(by, 'plan'), endAt);
  if (!kept.ok) return withdraw(mutations, created.value.info, kept.failure, by);
  const info = kept.value;
  const ended = await endPrevious(services, previous, info, request.overlapSeconds, by);
  if (!ended.ok) return ended;
  return ok({ key, ...toKey(info), previous: { keyId, ...ended.value } });
}

/** Decides the fields of the successor and the keys that it replaces. Changes nothing. */
async function plan(
  scalekit: KeyDirectory,
  keyId: string,
  request: RotationRequest,
  { actor }: Initiator,
  searchUntil: number,
): Promise<Result<{ readonly succession: NewKey; readonly previous: Previous }, Failure>> {
  const scoped = requireScope(actor, 'keys:write');
  if (!scoped.ok) return scoped;
  const found = await scalekit.lookUp(keyId);
  if (!found.ok) return found;
  const old = found.value;
  // A key that the actor cannot see must take as long as an absent key.
  const isSeen = old !== undefined && sees(actor, old);
  const successors = await successorsOf(scalekit, keyId, isSeen ? old.userId : undefined, actor, searchUntil);
  if (!successors.ok) return successors;
  if (old && !isSeen) return fail({ kind: 'not_found' });
  const [successor] = successors.value;
  // If the key is gone, its successor is the model: the rotation did its last step, but was not answered.
  const model = old ?? successor;
  if (!model) return fail({ kind: 'not_found' });
  const succession = succeed(actor, model, keyId, request.expiresAt);
  if (!succession.ok) return succession;
  if (successor && !request.replace) return fail(alreadyRotated(successor));
  return ok({ succession: succession.value, previous: { keyId, old, replaced: successors.value } });
}

/**
 * Creates the successor, if the actor may still act. If several are created for one key at the same
 * time, the first stays.
 */
async function createSuccessor(
  services: RotationServices,
  succession: NewKey,
  keyId: string,
  replaced: readonly KeyInfo[],
  by: Initiator,
  searchUntil: number,
): Promise<Result<CreatedKey, Failure>> {
  const { scalekit, mutations } = services;
  const created = await mutations.create(succession, causedBy(by, 'requested'), keyId);
  if (!created.ok) {
    return created.failure.kind === 'refused'
      ? fail(invalid('keyId', 'cannot be rotated: its successor was refused'))
      : fail(created.failure);
  }
  const { info } = created.value;
  const [stands, siblings] = await Promise.all([
    requireStanding(services, by),
    successorsOf(scalekit, keyId, succession.userId, by.actor, searchUntil),
  ]);
  if (!stands.ok) return withdraw(mutations, info, stands.failure, by);
  const known = replaced.map((key) => key.keyId);
  const others = siblings.ok ? siblings.value.filter((sibling) => !known.includes(sibling.keyId)) : [];
  const first = others.find((sibling) => isBefore(sibling, info));
  return first ? withdraw(mutations, info, alreadyRotated(first), by) : created;
}

/** The longest time that it takes to end the replaced keys, or to withdraw the new key. */
function endMs(scalekit: KeyDirectory): number {
  return maxScheduleMs + changeMs(scalekit);
}
