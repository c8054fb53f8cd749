import { causedBy } from '../audit/audit.ts';
import type { Mutations } from '../audit/mutations.ts';
import type { Initiator } from '../authentication/actor.ts';
import { isOperator } from '../authentication/actor.ts';
import { hasBoundary, requireScope, sees } from '../authorization/authority.ts';
import { type AuthorizerCache, flushIfCached } from '../aws/authorizer-cache.ts';
import { type Failure, outage } from '../failure.ts';
import type { KeyInfo } from '../key.ts';
import { allKeys, type KeyOwner, searchKeys } from '../keys/key-search.ts';
import { bulkMs, lastRevocationAt, searchMs } from '../keys/time-limits.ts';
import { fail, ok, type Result } from '../result.ts';
import type { Scalekit } from '../scalekit/scalekit.ts';
import { descendantsOf, type RevocationTally, revokeAll } from './revoke-all.ts';

/** Which keys are to be revoked: those that fit every filter that is there. */
export interface BulkFilter {
  readonly userId?: string | undefined;
  /** Claims that a key must have, with these values. */
  readonly customClaims?: Readonly<Record<string, string>> | undefined;
  readonly createdBefore?: Date | undefined;
  readonly createdAfter?: Date | undefined;
  /** What this key made or was rotated to, and what those made, however far. */
  readonly issuedBy?: string | undefined;
}

export interface BulkRequest extends BulkFilter {
  /** Revoke the caller's own key too, at last. */
  readonly includeSelf: boolean;
  /** Only count. */
  readonly dryRun: boolean;
}

/**
 * `matched` = `revoked` + the number that `failed` + `remaining`; where the latter are not none, a repeat goes on. Keys that there
 * was no time to look at count as matched and remaining.
 */
export interface BulkAnswer extends RevocationTally {
  readonly matched: number;
}

export interface BulkRevocation {
  /** Needs `keys:write`. The keys are collected first and then revoked; answers within 20 s with what remains. */
  revoke(request: BulkRequest, by: Initiator): Promise<Result<BulkAnswer, Failure>>;
}

export function createBulkRevocation(
  scalekit: Scalekit,
  mutations: Mutations,
  cache?: AuthorizerCache,
): BulkRevocation {
  return {
    async revoke(request, by) {
      const { actor } = by;
      const startedAt = Date.now();
      const scoped = requireScope(actor, 'keys:write');
      if (!scoped.ok) return scoped;
      const { organizationId } = actor;
      const userId = isOperator(actor) ? undefined : actor.userId;
      const found = await search({ organizationId, userId }, request, startedAt + searchMs);
      if (!found.ok) return fail(outage(found.failure));
      const { keys } = found.value;
      // How many a caller with bounds can't see is not for it to know.
      const unseen = hasBoundary(actor) ? Math.min(1, found.value.unseen) : found.value.unseen;
      const visible = keys.filter((key) => sees(actor, key));
      const own = isOperator(actor) ? undefined : actor.keyId;
      const matched = select(visible, request).filter((key) => key.keyId !== own || request.includeSelf);
      const total = matched.length + unseen;
      if (request.dryRun) return ok({ matched: total, revoked: 0, failed: [], remaining: total });
      const until = lastRevocationAt(startedAt, scalekit, cache);
      const cause = causedBy(by, 'bulk');
      const others = await revokeAll(
        mutations,
        matched.filter((key) => key.keyId !== own),
        cause,
        until,
      );
      const last = matched.filter((key) => key.keyId === own);
      const isDone = others.failed.length === 0 && others.remaining === 0 && unseen === 0;
      // Its own key goes last, and only after all others: it is what a repeat is asked with.
      const self = isDone ? await revokeAll(mutations, last, cause, until) : notTried(last);
      const flushed = await flushIfCached(cache, startedAt + bulkMs);
      if (!flushed.ok) return flushed;
      const { revoked, failed, remaining } = sum(others, self);
      return ok({ matched: total, revoked, failed, remaining: remaining + unseen });
    },
  };

  /**
   * In a large organization what there was time to look at is enough to begin with: what is revoked makes room for the rest. But
   * not by issuer, for who made whom must be known to the end before a link of it is revoked.
   */
  async function search(whose: KeyOwner, { issuedBy }: BulkRequest, until: number) {
    if (issuedBy === undefined) return searchKeys(scalekit, whose, until);
    const all = await allKeys(scalekit, whose, until);
    return all.ok ? ok({ keys: all.value, unseen: 0 }) : all;
  }
}

function select(
  keys: readonly KeyInfo[],
  { userId, customClaims = {}, createdBefore, createdAfter, issuedBy }: BulkFilter,
): KeyInfo[] {
  const descendants = issuedBy === undefined ? undefined : descendantsOf([issuedBy], keys);
  return keys.filter(
    (key) =>
      (userId === undefined || key.userId === userId) &&
      Object.entries(customClaims).every(([name, value]) => key.customClaims[name] === value) &&
      (createdBefore === undefined || !(Date.parse(key.createdAt ?? '') >= createdBefore.getTime())) &&
      (createdAfter === undefined || !(Date.parse(key.createdAt ?? '') <= createdAfter.getTime())) &&
      (descendants === undefined || descendants.has(key.keyId)),
  );
}

function notTried(keys: readonly KeyInfo[]): RevocationTally {
  return { revoked: 0, failed: [], remaining: keys.length };
}

function sum(one: RevocationTally, other: RevocationTally): RevocationTally {
  return {
    revoked: one.revoked + other.revoked,
    failed: [...one.failed, ...other.failed],
    remaining: one.remaining + other.remaining,
  };
}
