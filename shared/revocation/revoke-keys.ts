import { causedBy } from '../audit/audit.ts';
import { type Initiator, isOperator } from '../authentication/actor.ts';
import { hasBoundary, requireScope, sees } from '../authorization/sight.ts';
import { type Failure, outage } from '../failure.ts';
import type { KeyInfo } from '../key.ts';
import { allKeys, type FoundKeys, type KeyOwner, searchKeys } from '../keys/key-search.ts';
import type { KeyServices } from '../keys/key-services.ts';
import { lastRevocationAt, searchMs } from '../keys/time-limits.ts';
import { fail, ok, type Result } from '../result.ts';
import type { CallFailure } from '../scalekit/call-policy.ts';
import type { KeyDirectory } from '../scalekit/scalekit.ts';
import { type BulkFilter, select } from './filter.ts';
import { type RevocationTally, revokeAll } from './revoke-all.ts';

export interface BulkRequest extends BulkFilter {
  /** Revoke the caller's own key too, at last. */
  readonly includeSelf: boolean;
  /** Only count. */
  readonly dryRun: boolean;
}

/**
 * `matched` = `revoked` + the number that `failed` + `remaining`; a repeat goes on with the last two. Keys that there was no
 * time to look at count as matched and remaining.
 */
export interface BulkAnswer extends RevocationTally {
  readonly matched: number;
}

/**
 * Revokes all keys that the caller can see and that fit the filters. Needs `keys:write`. The keys are collected first and then
 * revoked; answers within 20 s with what remains.
 */
export async function revokeKeys(
  services: KeyServices,
  request: BulkRequest,
  by: Initiator,
): Promise<Result<BulkAnswer, Failure>> {
  const { actor } = by;
  const startedAt = Date.now();
  const scoped = requireScope(actor, 'keys:write');
  if (!scoped.ok) return scoped;
  const { organizationId } = actor;
  const userId = isOperator(actor) ? undefined : actor.userId;
  const found = await search(services.scalekit, { organizationId, userId }, request, startedAt + searchMs);
  if (!found.ok) return fail(outage(found.failure));
  // A caller with bounds must not learn how many keys it cannot see.
  const unseen = hasBoundary(actor) ? Math.min(1, found.value.unseen) : found.value.unseen;
  const visible = found.value.keys.filter((key) => sees(actor, key));
  const own = isOperator(actor) ? undefined : actor.keyId;
  const matched = select(visible, request).filter((key) => key.keyId !== own || request.includeSelf);
  const total = matched.length + unseen;
  if (request.dryRun) return ok({ matched: total, revoked: 0, failed: [], remaining: total });
  // First of all, so that no cached decision on any of them outlives the request, whatever becomes of it.
  const settleEnd = await endDecisionsOf(services, request, organizationId, userId);
  const tally = await revokeOwnLast(services, matched, own, unseen === 0, by, startedAt);
  const settled = await settleEnd();
  if (!settled.ok) return settled;
  return ok({ matched: total, ...tally, remaining: tally.remaining + unseen });
}

/** Ends the cached decisions of everybody that a request is to end: of all, or of a user. Other filters end key by key. */
async function endDecisionsOf(
  { mutations }: KeyServices,
  { userId, customClaims, createdBefore, createdAfter, issuedBy }: BulkRequest,
  organizationId: string,
  ownUser: string | undefined,
): Promise<() => Promise<Result<void, Failure>>> {
  const user = ownUser ?? userId;
  const isPart = [customClaims, createdBefore, createdAfter, issuedBy].some((filter) => filter !== undefined);
  return isPart ? async () => ok(undefined) : mutations.endDecisions(organizationId, user);
}

/** Revokes the caller's own key after all others, and only when they are done: a repeat is asked with it. */
async function revokeOwnLast(
  services: KeyServices,
  keys: readonly KeyInfo[],
  own: string | undefined,
  areAll: boolean,
  by: Initiator,
  startedAt: number,
): Promise<RevocationTally> {
  const { mutations } = services;
  const until = lastRevocationAt(startedAt, services.scalekit);
  const cause = causedBy(by, 'bulk');
  const isOwn = ({ keyId }: KeyInfo) => keyId === own;
  const others = await revokeAll(
    mutations,
    keys.filter((key) => !isOwn(key)),
    cause,
    until,
  );
  const last = keys.filter(isOwn);
  const isDone = areAll && others.failed.length === 0 && others.remaining === 0;
  const self = isDone
    ? await revokeAll(mutations, last, cause, until)
    : { revoked: 0, failed: [], remaining: last.length };
  return {
    revoked: others.revoked + self.revoked,
    failed: [...others.failed, ...self.failed],
    remaining: others.remaining + self.remaining,
  };
}

/**
 * In a large organization what there was time to look at is enough to begin with: what is revoked makes room for the rest. But
 * not by issuer: who made whom must be known to the end before a link of it is revoked.
 */
async function search(
  scalekit: KeyDirectory,
  whose: KeyOwner,
  { issuedBy }: BulkRequest,
  until: number,
): Promise<Result<FoundKeys, CallFailure>> {
  if (issuedBy === undefined) return searchKeys(scalekit, whose, until);
  const all = await allKeys(scalekit, whose, until);
  return all.ok ? ok({ keys: all.value, unseen: 0 }) : all;
}
