import { type Actor, isOperator } from './actor.ts';
import { type NewKey, requireScope, sees, succeed } from './authority.ts';
import type { AuthorizerCache } from './authorizer-cache.ts';
import { type Failure, invalid, outage } from './failure.ts';
import { type Key, toKey } from './key.ts';
import { causeOf, logger } from './logger.ts';
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
  rotate(keyId: string, request: RotationRequest, actor: Actor): Promise<Result<RotatedKey, Failure>>;
}

/** The largest of Scalekit's pages. */
const pageSize = 30;

/** No further page of keys is begun after this long. */
const maxSearchMs = 6_000;

/** Makes the rotation of the keys of a Scalekit. */
export function createRotation(scalekit: Scalekit, schedules: OverlapSchedules, cache?: AuthorizerCache): Rotation {
  return {
    async rotate(keyId, request, actor) {
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
      for (const replaced of successors.value) {
        const invalidated = await scalekit.invalidate(replaced.keyId);
        if (!invalidated.ok) return fail(outage(invalidated.failure));
      }
      const created = await createSuccessor(scalekit, succession.value, keyId, actor);
      if (!created.ok) return created;
      const ended = found.ok ? await endOld(found.value, created.value.info, request.overlapSeconds) : ok({ keyId });
      if (!ended.ok) return ended;
      const hasRevoked = successor !== undefined || !('activeUntil' in ended.value);
      const previous = hasRevoked ? await flushed(ended.value) : ended.value;
      return ok({ key: created.value.key, ...toKey(created.value.info), previous });
    },
  };

  /** Ends the old key at once or by a schedule. */
  async function endOld(
    old: KeyInfo,
    successor: KeyInfo,
    overlapSeconds: number,
  ): Promise<Result<RotatedKey['previous'], Failure>> {
    const { keyId, organizationId, expiresAt } = old;
    if (overlapSeconds === 0) {
      const invalidated = await scalekit.invalidate(keyId);
      if (invalidated.ok) return ok({ keyId });
      // It may be revoked or not, and the successor stays, so that a repeat finds what it needs in either case.
      return fail({ kind: 'outcome_unknown', cause: invalidated.failure.cause });
    }
    const end = new Date(Math.ceil(Date.now() / 1000 + overlapSeconds) * 1000);
    if (expiresAt !== undefined && Date.parse(expiresAt) <= end.getTime()) return ok({ keyId, activeUntil: expiresAt });
    const scheduled = await schedules.put(organizationId, keyId, end);
    if (scheduled.ok) return ok({ keyId, activeUntil: end.toISOString() });
    const withdrawn = await scalekit.invalidate(successor.keyId);
    return withdrawn.ok ? scheduled : fail({ kind: 'outcome_unknown', cause: withdrawn.failure.cause });
  }

  /** The successor exists, so a flush that fails must not keep its plain key back. */
  async function flushed(previous: RotatedKey['previous']): Promise<RotatedKey['previous']> {
    const result = cache ? await cache.flush() : ok(undefined);
    if (result.ok) return previous;
    const cause = 'cause' in result.failure ? causeOf(result.failure.cause) : {};
    logger.error('cache_not_flushed', { keyId: previous.keyId, ...cause });
    return { ...previous, code: 'cache_not_flushed' };
  }
}

/** Creates the successor. Of several that were made for one key at the same time, the first stays. */
async function createSuccessor(
  scalekit: Scalekit,
  succession: NewKey,
  keyId: string,
  actor: Actor,
): Promise<Result<{ readonly key: string; readonly info: KeyInfo }, Failure>> {
  const created = await scalekit.create(succession);
  if (!created.ok) {
    return created.failure.kind === 'refused'
      ? fail(invalid('keyId', 'can not be rotated: Scalekit refuses to make its successor'))
      : fail(created.failure);
  }
  const siblings = await successorsOf(scalekit, keyId, actor);
  const first = siblings.ok ? siblings.value.find((sibling) => isBefore(sibling, created.value.info)) : undefined;
  if (!first) return created;
  const withdrawn = await scalekit.invalidate(created.value.info.keyId);
  return withdrawn.ok ? alreadyRotated(first) : fail({ kind: 'outcome_unknown', cause: withdrawn.failure.cause });
}

/** The active keys that the actor can see and that were made by rotating this one. */
async function successorsOf(scalekit: Scalekit, keyId: string, actor: Actor): Promise<Result<KeyInfo[], Failure>> {
  const userId = isOperator(actor) ? undefined : actor.userId;
  const successors: KeyInfo[] = [];
  const enoughAt = Date.now() + maxSearchMs;
  let pageToken: string | undefined;
  do {
    if (Date.now() > enoughAt) {
      const cause = new Error('the organization has too many keys to look through in time');
      return fail({ kind: 'upstream_unavailable', reason: 'slow', cause });
    }
    const page = await scalekit.list(actor.organizationId, {
      pageSize,
      ...(userId === undefined ? {} : { userId }),
      ...(pageToken === undefined ? {} : { pageToken }),
    });
    if (!page.ok) return fail(outage(page.failure));
    successors.push(...page.value.keys.filter((key) => key.customClaims['rotated_from'] === keyId && sees(actor, key)));
    pageToken = page.value.nextPageToken;
  } while (pageToken !== undefined);
  return ok(successors);
}

function isBefore(one: KeyInfo, other: KeyInfo): boolean {
  const difference = Date.parse(one.createdAt ?? '') - Date.parse(other.createdAt ?? '');
  return difference < 0 || (difference === 0 && one.keyId < other.keyId);
}

function alreadyRotated(successor: KeyInfo): Result<never, Failure> {
  return fail({ kind: 'already_rotated', successorId: successor.keyId });
}
