import { causedBy } from '../audit/audit.ts';
import { type Initiator, isOperator, ownKeyOf } from '../authentication/actor.ts';
import { hasBoundary } from '../authorization/sight.ts';
import type { KeyInfo } from '../key.ts';
import type { KeyOwner } from '../keys/key-search.ts';
import type { KeyServices } from '../keys/key-services.ts';
import { requireStanding } from '../keys/standing.ts';
import { lastRevocationAt } from '../keys/time-limits.ts';
import type { BulkFilter } from './filter.ts';
import { type RevocationTally, type Revoking, revokeAll } from './revoke-all.ts';

export interface BulkRequest extends BulkFilter {
  /** Also revoke the caller's own key, as the last one. */
  readonly includeSelf: boolean;
  /** Only count. */
  readonly dryRun: boolean;
  /** The cursor of an earlier answer to the same request. */
  readonly cursor?: string | undefined;
}

/**
 * `matched` = `revoked` + the number of `failed` + `remaining`. While keys failed or remain, repeat the request to continue: with
 * the answer's `cursor`, or without one if it has none. Keys that there was no time to read count in both `matched` and
 * `remaining`. They count as one key if a filter might exclude them.
 */
export interface BulkAnswer extends RevocationTally {
  readonly matched: number;
  readonly cursor?: string;
}

/** A bulk revocation in progress. */
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

/** Begins a bulk revocation. Before each batch, the caller's own key must still be active and unchanged. */
export function bulkTask(services: KeyServices, request: BulkRequest, by: Initiator): BulkTask {
  const { actor } = by;
  const startedAt = Date.now();
  const userId = isOperator(actor) ? request.userId : (actor.userId ?? request.userId);
  const revoking: Revoking = {
    mutations: services.mutations,
    cause: causedBy(by, 'bulk'),
    until: lastRevocationAt(startedAt, services.scalekit),
    // A token that was ended may still end keys, which gives no power: this request may be what ended it.
    mayGoOn: async () =>
      ownKeyOf(actor) === undefined || (await requireStanding(services, by, { waitsForLimit: true })).ok,
  };
  const whose = { organizationId: actor.organizationId, userId };
  return { services, request, by, startedAt, whose, own: ownKeyOf(actor), revoking };
}

/** The data that a cursor is bound to: it continues only the same request of the same caller. */
export function kindOf({ request, whose, own }: BulkTask): object {
  const { customClaims = {}, createdBefore, createdAfter, issuedBy, userId, dryRun } = request;
  const claims = Object.entries(customClaims).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return [whose, own ?? '', userId ?? '', claims, createdBefore ?? '', createdAfter ?? '', issuedBy ?? '', dryRun];
}

/** How many of the unread keys count. A caller with boundary claims must not learn how many keys it cannot see. */
export function countOf(unseen: number, mayBeLeftOut: boolean, { by }: BulkTask): number {
  return mayBeLeftOut || hasBoundary(by.actor) ? Math.min(1, unseen) : unseen;
}

/** Adds two tallies. */
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

/** Revokes the caller's own key after all others, if it is still active and matches the request. */
export async function revokeOwn(
  { services, own, request, revoking }: BulkTask,
  isMeant: (key: KeyInfo) => boolean,
): Promise<RevocationTally> {
  if (own === undefined || !request.includeSelf) return nothing;
  const found = await services.scalekit.lookUp(own, { waitsForLimit: true });
  if (!found.ok) return { ...nothing, remaining: 1 };
  return found.value && isMeant(found.value) ? revokeAll([found.value], revoking) : nothing;
}
