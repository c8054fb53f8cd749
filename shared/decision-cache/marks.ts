import { setTimeout as delay } from 'node:timers/promises';
import { requireEnvironment } from '../environment.ts';
import type { Failure } from '../failure.ts';
import { fail, ok, type Result } from '../result.ts';
import { areIds, decisionId, endedId, markItem } from './items.ts';
import { knownKeys } from './known-keys.ts';
import { type Table, tableOf } from './table.ts';
import { markAgeMs, markAheadMs, markMs, readMs, settledBeforeMs } from './time-limits.ts';

/** A cached decision on a key may still be used. */
export type NotFlushed = Extract<Failure, { kind: 'cache_not_flushed' }>;

/** A requested mark. */
export interface Mark {
  /** The id of its item. */
  readonly id: string;
  /** No decision from before `notBefore` counts; `at` is when the mark was written. A failure if it could not be written. */
  readonly written: Result<{ readonly notBefore: number; readonly at: number }, NotFlushed>;
}

/**
 * The marks that end decisions, with any settings of the cache. Every change of a key has three steps: `mark` (or `markEnded`),
 * Scalekit, `settle`. Only the authorizer knows the settings, and decisions may remain from when the cache was on.
 */
export interface Marks {
  /**
   * Ends a key's decisions, directly before Scalekit is asked to revoke or change the key. Also for a key that Scalekit does not
   * know, because an earlier mark may have failed. Without an id, for a key that the caller must not know of, it takes as long.
   * If the mark is not `written`, an update is not made, but a revocation is.
   */
  mark(keyId: string | undefined): Promise<Mark>;
  /** Ends the decisions of all keys of an organization, or of one of its users, before anything else is done. */
  markEnded(organizationId: string, userId?: string): Promise<Mark>;
  /**
   * Settles a mark after Scalekit answered. Writes it again, until `until` (ms), if it failed or ends too soon. Then waits until
   * no environment uses items that it read before the mark. Only then may the change be answered with success.
   */
  settle(mark: Mark, until: number): Promise<Result<void, NotFlushed>>;
  /** The key id of a plain key that Scalekit no longer knows; `undefined` if no decision on it was ever cached. */
  keyIdOf(plainKey: string): Promise<Result<string | undefined, NotFlushed>>;
}

interface MarksInput {
  readonly table: Table;
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<unknown>;
}

/** The marks in the table that `DECISION_TABLE` names. */
export function marksFromEnvironment(): Marks {
  return decisionMarks({ table: tableOf(requireEnvironment('DECISION_TABLE')), now: Date.now, wait: delay });
}

/** Makes the marks of a table; `now` is the clock, in ms. */
export function decisionMarks({ table, now, wait }: MarksInput): Marks {
  const known = knownKeys(table, now);

  async function write(id: string, until: number): Promise<Mark> {
    for (let pauseMs = 25; ; pauseMs *= 2) {
      const notBefore = now() + markAheadMs;
      const timeoutMs = Math.min(markMs, Math.max(1, until - now()));
      const put = await table.put(markItem(id, notBefore), 'older_or_decision', timeoutMs);
      // A mark with a later `notBefore` is as good as ours.
      if (put.ok || put.failure.kind === 'condition_failed') return { id, written: ok({ notBefore, at: now() }) };
      if (now() + pauseMs >= until) return { id, written: notFlushed(put.failure.cause) };
      await wait(pauseMs);
    }
  }

  return {
    mark: (keyId) => write(decisionId(keyId !== undefined && areIds(keyId) ? keyId : nobody), now() + markMs),
    markEnded: (organizationId, userId) =>
      write(areIds(organizationId, userId) ? endedId(organizationId, userId) : decisionId(nobody), now() + markMs),
    async settle(mark, until) {
      const isGood = mark.written.ok && now() + settledBeforeMs <= mark.written.value.notBefore;
      const { written } = isGood ? mark : await write(mark.id, until);
      if (!written.ok) return written;
      const leftMs = written.value.at + markAgeMs - now();
      if (leftMs > 0) await wait(leftMs);
      return ok(undefined);
    },
    async keyIdOf(plainKey) {
      const key = await known.find(plainKey, true, now() + readMs);
      if (!key.ok) return notFlushed('cause' in key.failure ? key.failure.cause : new Error(key.failure.kind));
      return ok(key.value?.keyId);
    },
  };
}

/** The id of a key that cannot be in the cache: no key of Scalekit has it. */
const nobody = '-';

function notFlushed(cause: unknown): { readonly ok: false; readonly failure: NotFlushed } {
  return fail({ kind: 'cache_not_flushed', cause });
}
