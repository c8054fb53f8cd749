import { causedBy } from '../audit/audit.ts';
import { type Initiator, isOperator } from '../authentication/actor.ts';
import { hasBoundary } from '../authorization/sight.ts';
import type { KeyInfo } from '../key.ts';
import type { KeyOwner } from '../keys/key-search.ts';
import type { KeyServices } from '../keys/key-services.ts';
import { requireStanding } from '../keys/standing.ts';
import { lastRevocationAt } from '../keys/time-limits.ts';
import type { BulkFilter } from './filter.ts';
import { type RevocationTally, type Revoking, revokeAll } from './revoke-all.ts';

export interface BulkRequest extends BulkFilter {
  /** Revoke the caller's own key too, at last. */
  readonly includeSelf: boolean;
  /** Only count. */
  readonly dryRun: boolean;
  /** Of an earlier answer to the same request. */
  readonly cursor?: string | undefined;
}

/**
 * `matched` = `revoked` + the number that `failed` + `remaining`. While one of the last two is not empty, the same request
 * with the answer's `cursor`, or without where it has none, goes on. Keys that there was no time to look at count in both
 * `matched` and `remaining`: as one where a filter might leave them out.
 */
export interface BulkAnswer extends RevocationTally {
  readonly matched: number;
  readonly cursor?: string;
}

/** A bulk revocation under way. */
export interface BulkTask {
  readonly services: KeyServices;
  readonly request: BulkRequest;
  readonly by: Initiator;
  readonly startedAt: number;
  readonly whose: KeyOwner;
  /** The caller's own key; `undefined` for an operator. */
  readonly own: string | undefined;
  readonly revoking: Revoking;
}

/** Begins a bulk revocation. Before some keys are revoked, a caller's own key must still stand. */
export function bulkTask(services: KeyServices, request: BulkRequest, by: Initiator): BulkTask {
  const { actor } = by;
  const startedAt = Date.now();
  const userId = isOperator(actor) ? request.userId : (actor.userId ?? request.userId);
  const revoking: Revoking = {
    mutations: services.mutations,
    cause: causedBy(by, 'bulk'),
    until: lastRevocationAt(startedAt, services.scalekit),
    mayGoOn: async () => (await requireStanding(services.scalekit, actor, { waitsForLimit: true })).ok,
  };
  const whose = { organizationId: actor.organizationId, userId };
  return { services, request, by, startedAt, whose, own: isOperator(actor) ? undefined : actor.keyId, revoking };
}

/** What a cursor is bound to: it goes on with the same request of the same caller. */
export function kindOf({ request, whose, own }: BulkTask): object {
  const { customClaims = {}, createdBefore, createdAfter, issuedBy, userId, dryRun } = request;
  const claims = Object.entries(customClaims).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return [whose, own ?? '', userId ?? '', claims, createdBefore ?? '', createdAfter ?? '', issuedBy ?? '', dryRun];
}

/** How many keys that were not looked at count: a caller with bounds must not learn how many keys it cannot see. */
export function countOf(unseen: number, mayBeLeftOut: boolean, { by }: BulkTask): number {
  return mayBeLeftOut || hasBoundary(by.actor) ? Math.min(1, unseen) : unseen;
}

/** Counts one set of keys after another. */
export function add(one: RevocationTally, other: RevocationTally): RevocationTally {
  return {
    revoked: one.revoked + other.revoked,
    failed: [...one.failed, ...other.failed],
    remaining: one.remaining + other.remaining,
  };
}

export const nothing: RevocationTally = { revoked: 0, failed: [], remaining: 0 };

export function isDone({ failed, remaining }: RevocationTally): boolean {
  return failed.length === 0 && remaining === 0;
}

export function answerOf(tally: RevocationTally, cursor?: string): BulkAnswer {
  const matched = tally.revoked + tally.failed.length + tally.remaining;
  return { matched, ...tally, ...(cursor === undefined ? {} : { cursor }) };
}

/** Revokes the caller's own key after all others, if it is still active and one of those that are meant. */
export async function revokeOwn(
  { services, own, request, revoking }: BulkTask,
  isMeant: (key: KeyInfo) => boolean,
): Promise<RevocationTally> {
  if (own === undefined || !request.includeSelf) return nothing;
  const found = await services.scalekit.lookUp(own, { waitsForLimit: true });
  if (!found.ok) return { ...nothing, remaining: 1 };
  return found.value && isMeant(found.value) ? revokeAll([found.value], revoking) : nothing;
}
