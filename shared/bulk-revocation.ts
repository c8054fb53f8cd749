import { isOperator } from './actor.ts';
import { causedBy } from './audit.ts';
import { requireScope, sees } from './authority.ts';
import { type AuthorizerCache, flushIfCached } from './authorizer-cache.ts';
import { type Failure, outage } from './failure.ts';
import type { Initiator } from './initiator.ts';
import { allKeys } from './key-search.ts';
import type { Mutations } from './mutations.ts';
import { fail, ok, type Result } from './result.ts';
import { originsOf, type RevocationTally, revokeAll } from './revoke-all.ts';
import type { KeyInfo, Scalekit } from './scalekit.ts';

/** Which keys are to be revoked: those that fit every filter that is there. */
export interface BulkFilter {
  readonly userId?: string | undefined;
  /** Claims that a key must have, with these values. */
  readonly customClaims?: Readonly<Record<string, string>> | undefined;
  readonly createdBefore?: Date | undefined;
  /** What this key made or was rotated to, and what those made, however far. */
  readonly issuedBy?: string | undefined;
}

export interface BulkRequest extends BulkFilter {
  /** Revoke the caller's own key too, at last. */
  readonly includeSelf: boolean;
  /** Only count. */
  readonly dryRun: boolean;
}

/** `matched` = `revoked` + the number that `failed` + `remaining`; where the latter are not none, a repeat goes on. */
export interface BulkAnswer extends RevocationTally {
  readonly matched: number;
}

export interface BulkRevocation {
  /** Needs `keys:write`. The keys are collected first and then revoked; answers within 20 s with what remains. */
  revoke(request: BulkRequest, by: Initiator): Promise<Result<BulkAnswer, Failure>>;
}

/** How long the keys are looked through. */
const maxSearchMs = 5_000;

/** No further revocation is begun after this long; a flush of the cache must still fit into 20 s. */
const maxMs = { plain: 15_000, withFlush: 7_000 };

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
      const keys = await allKeys(scalekit, { organizationId, userId }, startedAt + maxSearchMs);
      if (!keys.ok) return fail(outage(keys.failure));
      const visible = keys.value.filter((key) => sees(actor, key));
      const own = isOperator(actor) ? undefined : actor.keyId;
      const matched = select(visible, request).filter((key) => key.keyId !== own || request.includeSelf);
      if (request.dryRun) return ok({ matched: matched.length, revoked: 0, failed: [], remaining: matched.length });
      const until = startedAt + (cache ? maxMs.withFlush : maxMs.plain);
      const cause = causedBy(by, 'bulk');
      const others = await revokeAll(
        mutations,
        matched.filter((key) => key.keyId !== own),
        cause,
        until,
      );
      const last = matched.filter((key) => key.keyId === own);
      const isDone = others.failed.length === 0 && others.remaining === 0;
      // Its own key goes last, and only after all others: it is what a repeat is asked with.
      const self = isDone ? await revokeAll(mutations, last, cause, until) : notTried(last);
      const flushed = await flushIfCached(cache);
      if (!flushed.ok) return flushed;
      return ok({ matched: matched.length, ...sum(others, self) });
    },
  };
}

function select(
  keys: readonly KeyInfo[],
  { userId, customClaims = {}, createdBefore, issuedBy }: BulkFilter,
): KeyInfo[] {
  const descendants = issuedBy === undefined ? undefined : descendantsOf(issuedBy, keys);
  return keys.filter(
    (key) =>
      (userId === undefined || key.userId === userId) &&
      Object.entries(customClaims).every(([name, value]) => key.customClaims[name] === value) &&
      (createdBefore === undefined || !(Date.parse(key.createdAt ?? '') >= createdBefore.getTime())) &&
      (descendants === undefined || descendants.has(key.keyId)),
  );
}

/** The ids of all that came of a key by making and rotating. */
function descendantsOf(keyId: string, keys: readonly KeyInfo[]): Set<string> {
  const found = new Set<string>();
  for (let parents = new Set([keyId]); parents.size > 0; ) {
    const children = keys.filter(
      (key) => !found.has(key.keyId) && key.keyId !== keyId && originsOf(key).some((id) => parents.has(id)),
    );
    parents = new Set(children.map((child) => child.keyId));
    for (const id of parents) found.add(id);
  }
  return found;
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
