import { type Initiator, isOperator } from '../authentication/actor.ts';
import { hasBoundary, requireScope, sees } from '../authorization/sight.ts';
import { idPatterns } from '../deployment.ts';
import { type Failure, invalid, outage } from '../failure.ts';
import { searchKeys } from '../keys/key-search.ts';
import type { KeyServices } from '../keys/key-services.ts';
import { searchMs } from '../keys/time-limits.ts';
import { fail, ok, type Result } from '../result.ts';
import type { CallFailure } from '../scalekit/verdict.ts';
import {
  add,
  answerOf,
  type BulkAnswer,
  type BulkRequest,
  type BulkTask,
  bulkTask,
  countOf,
  isDone,
  kindOf,
  nothing,
  revokeOwn,
} from './bulk.ts';
import { type Place, readCursor, writeCursor } from './cursor.ts';
import { fits, fitsAll, isPartial } from './filter.ts';
import { revokeAll } from './revoke-all.ts';
import { revokeIssued } from './revoke-issued.ts';

/**
 * Revokes all keys that the caller can see and that match the filters. Needs `keys:write`. Answers within 20 s, with the number
 * of keys that remain and a cursor to continue.
 */
export async function revokeKeys(
  services: KeyServices,
  request: BulkRequest,
  by: Initiator,
): Promise<Result<BulkAnswer, Failure>> {
  const scoped = requireScope(by.actor, 'keys:write');
  if (!scoped.ok) return scoped;
  const task = bulkTask(services, request, by);
  const place = request.cursor === undefined ? {} : readCursor(request.cursor, kindOf(task));
  if (!place) return fail(invalid('cursor', 'belongs to another request: leave it out to start again'));
  const { issuedBy } = request;
  // This comes first, so that no cached decision on these keys outlives the request, even if it fails.
  const settleEnd = await endDecisionsOf(task);
  const done = issuedBy === undefined ? await revokeFitting(task, place) : await revokeIssued(task, issuedBy, place);
  if (!done.ok) return fail(searchFailure(done.failure, request));
  const settled = await settleEnd();
  return settled.ok ? ok(done.value) : settled;
}

/**
 * Ends the cached decisions of all keys that a request revokes: of the organization, or of a user. With other filters they end
 * key by key, and so they do for a caller that does not see all of these keys. This also ends the sessions of the page for keys.
 * For the keys that a link, a user's sessions or a client made, it ends what these may make.
 */
async function endDecisionsOf({
  services,
  request,
  whose,
  by,
}: BulkTask): Promise<() => Promise<Result<void, Failure>>> {
  const nothing = async () => ok(undefined);
  if (request.dryRun || hasBoundary(by.actor)) return nothing;
  const { issuedBy = '' } = request;
  if (isMaker(issuedBy, by)) return services.mutations.endDecisions(whose.organizationId, issuedBy);
  const isOfAnother = request.userId !== undefined && request.userId !== whose.userId; // then no key matches
  if (isPartial(request) || isOfAnother) return nothing;
  return services.mutations.endDecisions(whose.organizationId, whose.userId);
}

/** Reports whether an id is of a link, user or client that the actor may end. A user may end itself only: a link may be another's. */
function isMaker(issuedBy: string, { actor }: Initiator): boolean {
  const { link, user, client } = idPatterns;
  if (![link, user, client].some((pattern) => pattern.test(issuedBy))) return false;
  return isOperator(actor) || actor.userId === undefined || actor.userId === issuedBy;
}

/**
 * Reads keys for a limited time, revokes those that match, and answers where to continue. The cursor moves on only if the part
 * that was read is done. Otherwise a repeat does that part again first.
 */
async function revokeFitting(task: BulkTask, { page }: Place): Promise<Result<BulkAnswer, CallFailure>> {
  const { request, whose, own, by, revoking } = task;
  const found = await searchKeys(task.services.scalekit, whose, task.startedAt + searchMs, page);
  if (!found.ok) return found;
  const { keys, next } = found.value;
  const unseen = { ...nothing, remaining: countOf(found.value.unseen, !fitsAll(request), task) };
  const matched = keys.filter((key) => sees(by.actor, key) && fits(key, request));
  const others = matched.filter(({ keyId }) => keyId !== own);
  const cursorAt = (at: string | undefined) => (at === undefined ? undefined : writeCursor({ page: at }, kindOf(task)));
  if (request.dryRun) {
    const counted = request.includeSelf ? matched : others;
    return ok(answerOf(add({ ...nothing, remaining: counted.length }, unseen), cursorAt(next)));
  }
  const tally = await revokeAll(others, revoking);
  if (!isDone(tally)) return ok(answerOf(add(tally, unseen), cursorAt(page)));
  if (next !== undefined) return ok(answerOf(add(tally, unseen), cursorAt(next)));
  return ok(answerOf(add(tally, await revokeOwn(task, (key) => fits(key, request)))));
}

/** If Scalekit refuses a page, the cursor is at fault. Without a cursor it is an outage. */
function searchFailure(failure: Failure | CallFailure, { cursor }: BulkRequest): Failure {
  if (failure.kind !== 'refused') return failure;
  return cursor === undefined ? outage(failure) : invalid('cursor', 'has expired: leave it out to start again');
}
