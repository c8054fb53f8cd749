import { setTimeout as delay } from 'node:timers/promises';
import { requireEnvironment } from '../environment.ts';
import type { Failure } from '../failure.ts';
import { fail, ok, type Result } from '../result.ts';
import { areIds, decisionId, endedId, markItem } from './items.ts';
import { knownKeys } from './known-keys.ts';
import { type Table, tableOf } from './table.ts';
import { markAgeMs, markAheadMs, markMs, readMs, settledBeforeMs } from './time-limits.ts';

/** What is cached of a key may still be used. */
export type NotFlushed = Extract<Failure, { kind: 'cache_not_flushed' }>;

/** A mark that was asked for. */
export interface Mark {
  /** Its item. */
  readonly id: string;
  /** What it keeps out, and when it was written; a failure where it could not be. */
  readonly written: Result<{ readonly notBefore: number; readonly at: number }, NotFlushed>;
}

/**
 * The marks that end decisions, whatever the settings of the cache. Every change of a key goes: `mark` (or `markEnded`),
 * Scalekit, `settle`. Nobody but the authorizer knows the settings, and a decision may be there from when it was on.
 */
export interface Marks {
  /**
   * Ends a key's decisions, directly before Scalekit is asked to end or change it; also where Scalekit does not know it, for
   * an earlier mark may have failed. Without an id, for a key that the caller may not know of, it takes as long.
   * Where the mark is not `written`, a key is not changed; it is ended all the same.
   */
  mark(keyId: string | undefined): Promise<Mark>;
  /** Ends the decisions of all keys of an organization, or of one of its users, before anything else is done. */
  markEnded(organizationId: string, userId?: string): Promise<Mark>;
  /**
   * Makes a mark good after Scalekit answered: writes it again where it failed or ends too soon, until `until` (ms), and waits
   * until nobody uses what was read before. Only then may the change be answered with success.
   */
  settle(mark: Mark, until: number): Promise<Result<void, NotFlushed>>;
  /** The id of a plain key that Scalekit does not know any more; `undefined` where no decision of it was ever kept. */
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
      // A mark that lies further ahead is as good as ours.
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

/** Stands for a key that cannot be in the cache; none of Scalekit's is called so. */
const nobody = '-';

function notFlushed(cause: unknown): { readonly ok: false; readonly failure: NotFlushed } {
  return fail({ kind: 'cache_not_flushed', cause });
}
