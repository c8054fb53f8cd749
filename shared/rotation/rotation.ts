import { causedBy } from '../audit/audit.ts';
import type { CreatedKey, Mutations } from '../audit/mutations.ts';
import type { Initiator } from '../authentication/actor.ts';
import { type Actor, isOperator } from '../authentication/actor.ts';
import { requireScope, sees, succeed } from '../authorization/authority.ts';
import { type AuthorizerCache, flushIfCached } from '../aws/authorizer-cache.ts';
import { type Failure, invalid, outage } from '../failure.ts';
import type { KeyInfo } from '../key.ts';
import { type Key, type NewKey, toKey } from '../key.ts';
import { allKeys } from '../keys/key-search.ts';
import { requireStanding } from '../keys/standing.ts';
import { changeMs, rotationMs, searchMs } from '../keys/time-limits.ts';
import { withdraw } from '../keys/withdrawal.ts';
import { causeOf, logger } from '../logger.ts';
import { fail, ok, type Result } from '../result.ts';
import type { Scalekit } from '../scalekit/scalekit.ts';
import { maxScheduleMs, type OverlapSchedules } from './overlap-schedules.ts';

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
      const startedAt = Date.now();
      const until = startedAt + rotationMs;
      const scoped = requireScope(actor, 'keys:write');
      if (!scoped.ok) return scoped;
      const found = await scalekit.validate(keyId);
      if (!found.ok && found.failure.kind !== 'refused') return fail(found.failure);
      const successors = await successorsOf(scalekit, keyId, actor, startedAt + searchMs);
      if (!successors.ok) return successors;
      // Not before, so that the time an answer takes does not tell what else there is.
      if (found.ok && !sees(actor, found.value)) return fail({ kind: 'not_found' });
      // When the key is gone, its successor shows what it was: the last step of its rotation was done, and not answered.
      const model = found.ok ? found.value : successors.value[0];
      if (!model) return fail({ kind: 'not_found' });
      const succession = succeed(actor, model, keyId, request.expiresAt);
      if (!succession.ok) return succession;
      const [successor] = successors.value;
      if (successor && !request.replace) return fail(alreadyRotated(successor));
      const searchUntil = until - endMs(scalekit) - scalekit.deadlineMs;
      // Until now nothing has changed; from here on there must be time for all that may be left to do.
      if (Date.now() + changeMs(scalekit) > searchUntil)
        return fail(outage({ kind: 'slow', cause: new Error('late') }));
      const created = await createSuccessor(succession.value, keyId, successors.value, by, searchUntil);
      if (!created.ok) return created;
      const { info } = created.value;
      const ended = await endPrevious(found.ok ? found.value : undefined, successors.value, info, request, by);
      if (!ended.ok) return ended;
      const left = { keyId, ...ended.value };
      const hasRevoked = successor !== undefined || request.overlapSeconds === 0;
      const previous = hasRevoked ? await flushed(left, until) : left;
      return ok({ key: created.value.key, ...toKey(created.value.info), previous });
    },
  };

  /** Creates the successor, if its maker is still who it was. Of several that were made for one key at the same time, the first stays. */
  async function createSuccessor(
    succession: NewKey,
    keyId: string,
    replaced: readonly KeyInfo[],
    by: Initiator,
    searchUntil: number,
  ): Promise<Result<CreatedKey, Failure>> {
    const created = await mutations.create(succession, causedBy(by, 'requested'), keyId);
    if (!created.ok) {
      return created.failure.kind === 'refused'
        ? fail(invalid('keyId', 'can not be rotated: Scalekit refuses to make its successor'))
        : fail(created.failure);
    }
    const [stands, siblings] = await Promise.all([
      requireStanding(scalekit, by.actor),
      successorsOf(scalekit, keyId, by.actor, searchUntil),
    ]);
    if (!stands.ok) return withdraw(mutations, created.value.info, stands.failure, by);
    const known = replaced.map((key) => key.keyId);
    const first = siblings.ok
      ? siblings.value.find((sibling) => !known.includes(sibling.keyId) && isBefore(sibling, created.value.info))
      : undefined;
    return first ? withdraw(mutations, created.value.info, alreadyRotated(first), by) : created;
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
    const revocations = await Promise.all(
      [...replaced, ...atOnce].map((key) => mutations.revoke(key, causedBy(by, key === old ? 'rotated' : 'replaced'))),
    );
    const [failure] = revocations.flatMap((revoked) => (revoked.ok ? [] : [revoked.failure]));
    // It may be revoked or not, and the new key stays, so that a repeat finds what it needs in either case.
    return failure ? fail({ kind: 'outcome_unknown', cause: failure.cause }) : scheduled;
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
    // A key does not put off its own end: whoever holds the old one may not be who rotated it.
    const isItself = !isOperator(by.actor) && by.actor.keyId === keyId;
    const arranged = await schedules.put(organizationId, keyId, end, { mayPutOff: !isItself });
    if (!arranged.ok) return withdraw(mutations, created, arranged.failure, by);
    const at = arranged.value;
    return ok({ activeUntil: expiry < at.getTime() ? (expiresAt ?? '') : at.toISOString() });
  }

  /** The successor exists, so a flush that fails must not keep its plain key back. */
  async function flushed(previous: RotatedKey['previous'], until: number): Promise<RotatedKey['previous']> {
    const result = await flushIfCached(cache, until);
    if (result.ok) return previous;
    const cause = 'cause' in result.failure ? causeOf(result.failure.cause) : {};
    logger.error('cache_not_flushed', { keyId: previous.keyId, ...cause });
    return { ...previous, code: 'cache_not_flushed' };
  }
}

/** The active keys that the actor can see and that were made by rotating this one. */
async function successorsOf(
  scalekit: Scalekit,
  keyId: string,
  actor: Actor,
  until: number,
): Promise<Result<KeyInfo[], Failure>> {
  const { organizationId } = actor;
  const userId = isOperator(actor) ? undefined : actor.userId;
  const keys = await allKeys(scalekit, { organizationId, userId }, until);
  if (!keys.ok) return fail(outage(keys.failure));
  return ok(keys.value.filter((key) => key.customClaims['rotated_from'] === keyId && sees(actor, key)));
}

function isBefore(one: KeyInfo, other: KeyInfo): boolean {
  const difference = Date.parse(one.createdAt ?? '') - Date.parse(other.createdAt ?? '');
  return difference < 0 || (difference === 0 && one.keyId < other.keyId);
}

function alreadyRotated(successor: KeyInfo): Failure {
  return { kind: 'already_rotated', successorId: successor.keyId };
}

/** The longest that it takes to end what the new key takes the place of, or to withdraw that. */
function endMs(scalekit: Scalekit): number {
  return maxScheduleMs + changeMs(scalekit);
}
