import { type Actor, isOperator } from './actor.ts';
import { causedBy } from './audit.ts';
import { type NewKey, requireScope, sees, succeed } from './authority.ts';
import { type AuthorizerCache, flushIfCached } from './authorizer-cache.ts';
import { type Failure, invalid, outage } from './failure.ts';
import type { Initiator } from './initiator.ts';
import { type Key, toKey } from './key.ts';
import { allKeys } from './key-search.ts';
import { causeOf, logger } from './logger.ts';
import type { CreatedKey, Mutations } from './mutations.ts';
import type { OverlapSchedules } from './overlap-schedules.ts';
import { fail, ok, type Result } from './result.ts';
import type { KeyInfo, Scalekit } from './scalekit.ts';

/** How a key is to be rotated. */
export interface RotationRequest {
  /** How long the old key stays good; 0 revokes it at once. */
  readonly overlapSeconds: number;
  /** Absent: as the old key's. */
  readonly expiresAt?: Date;
  /** Revoke a successor that there is already, and make another. */
  readonly replace: boolean;
}

/** A key's successor, with what became of the key. */
export interface RotatedKey extends Key {
  /** The plain key, in this answer and nowhere else. */
  readonly key: string;
  readonly previous: {
    readonly keyId: string;
    /** RFC 3339; absent when the old key is revoked. */
    readonly activeUntil?: string;
    /** The old key is revoked, but cached decisions may not follow it yet: revoke it again. */
    readonly code?: 'cache_not_flushed';
  };
}

export interface Rotation {
  /**
   * Needs `keys:write`, and authority over the key. A key that has an active successor is `already_rotated`, unless that
   * is to be replaced: so what a crash left, whose plain key is lost, is repaired by a repeat.
   */
  rotate(keyId: string, request: RotationRequest, by: Initiator): Promise<Result<RotatedKey, Failure>>;
}

/** How long the keys are looked through for a successor. */
const maxSearchMs = 6_000;

/** Makes the rotation of the keys of a Scalekit. */
export function createRotation(
  scalekit: Scalekit,
  mutations: Mutations,
  schedules: OverlapSchedules,
  cache?: AuthorizerCache,
): Rotation {
  return {
    async rotate(keyId, request, by) {
      const { actor } = by;
      const scoped = requireScope(actor, 'keys:write');
      if (!scoped.ok) return scoped;
      const found = await scalekit.validate(keyId);
      if (!found.ok && found.failure.kind !== 'refused') return fail(found.failure);
      if (found.ok && !sees(actor, found.value)) return fail({ kind: 'not_found' });
      const successors = await successorsOf(scalekit, keyId, actor);
      if (!successors.ok) return successors;
      // When the key is gone, its successor shows what it was: the last step of its rotation was done, and not answered.
      const model = found.ok ? found.value : successors.value[0];
      if (!model) return fail({ kind: 'not_found' });
      const succession = succeed(actor, model, keyId, request.expiresAt);
      if (!succession.ok) return succession;
      const [successor] = successors.value;
      if (successor && !request.replace) return alreadyRotated(successor);
      const created = await createSuccessor(succession.value, keyId, successors.value, by);
      if (!created.ok) return created;
      const { info } = created.value;
      const ended = await endPrevious(found.ok ? found.value : undefined, successors.value, info, request, by);
      if (!ended.ok) return ended;
      const left = { keyId, ...ended.value };
      const hasRevoked = successor !== undefined || request.overlapSeconds === 0;
      const previous = hasRevoked ? await flushed(left) : left;
      return ok({ key: created.value.key, ...toKey(created.value.info), previous });
    },
  };

  /** Creates the successor. Of several that were made for one key at the same time, the first stays. */
  async function createSuccessor(
    succession: NewKey,
    keyId: string,
    replaced: readonly KeyInfo[],
    by: Initiator,
  ): Promise<Result<CreatedKey, Failure>> {
    const created = await mutations.create(succession, causedBy(by, 'requested'), keyId);
    if (!created.ok) {
      return created.failure.kind === 'refused'
        ? fail(invalid('keyId', 'can not be rotated: Scalekit refuses to make its successor'))
        : fail(created.failure);
    }
    const siblings = await successorsOf(scalekit, keyId, by.actor);
    const known = replaced.map((key) => key.keyId);
    const first = siblings.ok
      ? siblings.value.find((sibling) => !known.includes(sibling.keyId) && isBefore(sibling, created.value.info))
      : undefined;
    if (!first) return created;
    const withdrawn = await mutations.revoke(created.value.info, causedBy(by, 'withdrawn'));
    return withdrawn.ok ? alreadyRotated(first) : fail({ kind: 'outcome_unknown', cause: withdrawn.failure.cause });
  }

  /**
   * Ends what the new key takes the place of. First what may fail without loss: until the end of the old key is arranged,
   * the new one can be withdrawn and nothing has changed.
   */
  async function endPrevious(
    old: KeyInfo | undefined,
    replaced: readonly KeyInfo[],
    created: KeyInfo,
    { overlapSeconds }: RotationRequest,
    by: Initiator,
  ): Promise<Result<Pick<RotatedKey['previous'], 'activeUntil'>, Failure>> {
    const scheduled = old && overlapSeconds > 0 ? await schedule(old, created, overlapSeconds, by) : ok({});
    if (!scheduled.ok) return scheduled;
    const atOnce = old && overlapSeconds === 0 ? [old] : [];
    for (const key of [...replaced, ...atOnce]) {
      const revoked = await mutations.revoke(key, causedBy(by, key === old ? 'rotated' : 'replaced'));
      // It may be revoked or not, and the new key stays, so that a repeat finds what it needs in either case.
      if (!revoked.ok) return fail({ kind: 'outcome_unknown', cause: revoked.failure.cause });
    }
    return scheduled;
  }

  /** Arranges the end of the old key; where that fails, withdraws the new one. */
  async function schedule(
    old: KeyInfo,
    created: KeyInfo,
    overlapSeconds: number,
    by: Initiator,
  ): Promise<Result<{ readonly activeUntil: string }, Failure>> {
    const { keyId, organizationId, expiresAt } = old;
    const asked = Date.now() + overlapSeconds * 1000;
    const expiry = expiresAt === undefined ? Infinity : Date.parse(expiresAt);
    const end = new Date(Math.ceil(Math.min(asked, expiry) / 1000) * 1000);
    const arranged = await schedules.put(organizationId, keyId, end);
    if (arranged.ok) return ok({ activeUntil: expiry < end.getTime() ? (expiresAt ?? '') : end.toISOString() });
    const withdrawn = await mutations.revoke(created, causedBy(by, 'withdrawn'));
    return withdrawn.ok ? arranged : fail({ kind: 'outcome_unknown', cause: withdrawn.failure.cause });
  }

  /** The successor exists, so a flush that fails must not keep its plain key back. */
  async function flushed(previous: RotatedKey['previous']): Promise<RotatedKey['previous']> {
    const result = await flushIfCached(cache);
    if (result.ok) return previous;
    const cause = 'cause' in result.failure ? causeOf(result.failure.cause) : {};
    logger.error('cache_not_flushed', { keyId: previous.keyId, ...cause });
    return { ...previous, code: 'cache_not_flushed' };
  }
}

/** The active keys that the actor can see and that were made by rotating this one. */
async function successorsOf(scalekit: Scalekit, keyId: string, actor: Actor): Promise<Result<KeyInfo[], Failure>> {
  const { organizationId } = actor;
  const userId = isOperator(actor) ? undefined : actor.userId;
  const keys = await allKeys(scalekit, { organizationId, userId }, Date.now() + maxSearchMs);
  if (!keys.ok) return fail(outage(keys.failure));
  return ok(keys.value.filter((key) => key.customClaims['rotated_from'] === keyId && sees(actor, key)));
}

function isBefore(one: KeyInfo, other: KeyInfo): boolean {
  const difference = Date.parse(one.createdAt ?? '') - Date.parse(other.createdAt ?? '');
  return difference < 0 || (difference === 0 && one.keyId < other.keyId);
}

function alreadyRotated(successor: KeyInfo): Result<never, Failure> {
  return fail({ kind: 'already_rotated', successorId: successor.keyId });
}
