import { requireEnvironment } from '../environment.ts';
import { fail, ok, type Result } from '../result.ts';
import { areIds, decodeNotBefore, suspensionId, suspensionItem } from './items.ts';
import type { NotFlushed } from './marks.ts';
import { type Table, tableOf } from './table.ts';
import { markMs } from './time-limits.ts';

/** How long a change that read a key's claims before its suspension may still write them: longer than a function may run. */
const otherChangesMs = 60_000;

/**
 * The recent suspensions of keys. Scalekit replaces all claims of a key at once, so a change that read them before a suspension
 * would undo it. Each change of claims therefore looks here after it has written.
 */
export interface Suspensions {
  /** Records a suspension before it is made, or a resumption. */
  record(keyId: string, suspended: boolean): Promise<Result<void, NotFlushed>>;
  /** Whether a key was suspended in the last minute, and not resumed since. */
  isRecent(keyId: string): Promise<Result<boolean, NotFlushed>>;
}

/** The suspensions in the table that `DECISION_TABLE` names. */
export function suspensionsFromEnvironment(): Suspensions {
  return suspensionsIn(tableOf(requireEnvironment('DECISION_TABLE')), Date.now);
}

/** Makes the suspensions of a table; `now` is the clock, in ms. */
export function suspensionsIn(table: Table, now: () => number): Suspensions {
  const failed = (cause: unknown) => fail({ kind: 'cache_not_flushed', cause } as const);
  return {
    async record(keyId, suspended) {
      if (!areIds(keyId)) return failed(new Error('no key has such an id'));
      const put = await table.put(suspensionItem(keyId, suspended ? now() : 0, now()), 'anything', markMs);
      return put.ok ? ok(undefined) : failed(put.failure);
    },
    async isRecent(keyId) {
      if (!areIds(keyId)) return ok(false);
      const found = await table.get(suspensionId(keyId), true, markMs);
      if (!found.ok) return failed(found.failure);
      const at = found.value === undefined ? undefined : decodeNotBefore(found.value);
      return ok(at !== undefined && at > now() - otherChangesMs);
    },
  };
}
