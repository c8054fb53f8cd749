import { sees } from '../authorization/sight.ts';
import { type Failure, invalid } from '../failure.ts';
import type { KeyInfo } from '../key.ts';
import { searchKeys } from '../keys/key-search.ts';
import { searchMs } from '../keys/time-limits.ts';
import { fail, ok, type Result } from '../result.ts';
import type { CallFailure } from '../scalekit/verdict.ts';
import { add, answerOf, type BulkAnswer, type BulkTask, countOf, isDone, kindOf, nothing, revokeOwn } from './bulk.ts';
import { markOf, maxMarks, type Place, writeCursor } from './cursor.ts';
import { descendantsOf } from './descendants.ts';
import { fits } from './filter.ts';
import { type RevocationTally, revokeChildrenFirst } from './revoke-all.ts';

/**
 * Revokes the descendants of a key, and searches again until it finds none: a key that is made meanwhile descends from a key that
 * is known by then. If there is no time to read all keys at once, no key is revoked before all are read: the cursor remembers the
 * known keys.
 */
export async function revokeIssued(
  task: BulkTask,
  issuedBy: string,
  place: Place,
): Promise<Result<BulkAnswer, Failure | CallFailure>> {
  const { request, services, startedAt, whose } = task;
  const { until } = task.revoking;
  const reach = reachOf(task, issuedBy, place.known);
  let { page, isLooking = true, hasFound = false } = place;
  let tally = nothing;
  const goOnAt = (at: Place, rest: RevocationTally, unseen = 1) =>
    ok(answerOf(add(rest, unseenOf(unseen, task)), writeCursor({ ...at, known: reach.known }, kindOf(task))));
  for (;;) {
    const searchUntil = Math.min(Date.now() + searchMs, Math.max(startedAt + searchMs, until));
    const found = await searchKeys(services.scalekit, whose, searchUntil, page);
    if (!found.ok) return tally.revoked > 0 ? goOnAt({ page, isLooking, hasFound }, tally) : found;
    const { keys, next, unseen } = found.value;
    const { matched, fresh } = reach.among(keys);
    if (reach.known.size > maxMarks)
      return fail(invalid('issuedBy', `reaches more than ${maxMarks} keys: use createdAfter instead`));
    hasFound ||= isLooking ? reach.known.size > 0 : matched.length > 0;
    if (request.dryRun || (isLooking && (page !== undefined || next !== undefined))) {
      const left = { ...nothing, remaining: fresh };
      if (next !== undefined) return goOnAt({ page: next, isLooking, hasFound }, left, unseen);
      if (hasFound && !request.dryRun) return goOnAt({ isLooking: false }, left);
      return ok(answerOf(left));
    }
    isLooking = false;
    const done = await revokeChildrenFirst(matched, task.revoking);
    // A key that was revoked without a mark is not found again.
    const unmarked = tally.failed.filter(({ code }) => code === 'cache_not_flushed');
    tally = { ...done, revoked: tally.revoked + done.revoked, failed: [...unmarked, ...done.failed] };
    if (isDone(done)) {
      if (next === undefined && !hasFound) return ok(answerOf(add(tally, await revokeOwn(task, reach.has))));
      hasFound &&= next !== undefined;
      page = next;
    }
    if ((!isDone(done) && done.revoked === 0) || Date.now() >= until)
      return goOnAt({ page, isLooking, hasFound }, tally);
  }
}

/** Finds the descendants of a key among the keys that the caller can see, and remembers them. */
function reachOf({ request, by, own }: BulkTask, issuedBy: string, remembered: ReadonlySet<string> = new Set()) {
  const issuer = markOf(issuedBy);
  const known = new Set(remembered);
  const isKnown = (keyId: string) => markOf(keyId) === issuer || known.has(markOf(keyId));
  return {
    known,
    has: (key: KeyInfo) => known.has(markOf(key.keyId)) && fits(key, request),
    /**
     * `matched`: the keys to revoke, without the caller's own, which is revoked last. `fresh`: how many keys were not known
     * before.
     */
    among(keys: readonly KeyInfo[]) {
      const visible = keys.filter((key) => sees(by.actor, key));
      const isFresh = new Set(descendantsOf(isKnown, visible));
      const reached = visible.filter((key) => key.keyId !== issuedBy && (isFresh.has(key) || isKnown(key.keyId)));
      for (const { keyId } of isFresh) known.add(markOf(keyId));
      const matched = reached.filter((key) => fits(key, request));
      const counted = matched.filter(({ keyId }) => keyId !== own || request.includeSelf);
      return {
        matched: matched.filter(({ keyId }) => keyId !== own),
        fresh: counted.filter((key) => isFresh.has(key)).length,
      };
    },
  };
}

function unseenOf(unseen: number, task: BulkTask): RevocationTally {
  return { ...nothing, remaining: countOf(unseen, true, task) };
}
