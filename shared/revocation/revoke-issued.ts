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
 * Revokes what came of a key, and looks again until nothing is found: what is made meanwhile came of a key that is known by
 * then. Where there is no time to look at all keys at once, none is revoked before all were looked at: the cursor remembers
 * which keys are known.
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
    // A key that is ended without a mark is in no later pass.
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

/** Finds what came of a key among keys that the caller can see, and remembers it. */
function reachOf({ request, by, own }: BulkTask, issuedBy: string, remembered: ReadonlySet<string> = new Set()) {
  const issuer = markOf(issuedBy);
  const known = new Set(remembered);
  const isKnown = (keyId: string) => markOf(keyId) === issuer || known.has(markOf(keyId));
  return {
    known,
    has: (key: KeyInfo) => known.has(markOf(key.keyId)) && fits(key, request),
    /** Those that are to be revoked, and how many of them were not known; the caller's own is revoked at last. */
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
