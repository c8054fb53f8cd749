import { decisionId, hashId, markItem } from './items.ts';
import type { KnownKeys } from './known-keys.ts';
import { memory } from './memory.ts';
import type { DecisionCacheSettings } from './settings.ts';
import type { Table } from './table.ts';
import { markAheadMs, readMs } from './time-limits.ts';

/** A key that is refused repeatedly is marked once per this time. */
const againMs = 5_000;

const maxRefused = 10_000;

/** The result of handling a refusal. `unknown`: nothing was done, because no decision on the key was ever cached. */
export type Refused = 'marked' | 'unknown' | 'lately' | 'off' | 'failed';

/**
 * Makes the function that marks a key that Scalekit refused, so that no environment uses an older decision in a later outage. The
 * key id is looked up after the refusal, to find a decision that another environment cached before.
 */
export function refusals(
  table: Table,
  known: KnownKeys,
  settings: DecisionCacheSettings,
  now: () => number,
): (plainKey: string) => Promise<Refused> {
  const lately = memory<number>(maxRefused);
  return async (plainKey) => {
    if (settings.cacheSeconds === 0) return 'off';
    const hash = hashId(plainKey);
    const startedAt = now();
    if (startedAt < (lately.get(hash) ?? 0)) return 'lately';
    lately.set(hash, startedAt + againMs);
    const until = startedAt + readMs;
    const key = await known.find(plainKey, true, until);
    if (!key.ok) return 'failed';
    if (!key.value) return 'unknown';
    const mark = markItem(decisionId(key.value.keyId), now() + markAheadMs);
    const put = await table.put(mark, 'older_or_decision', Math.max(1, until - now()));
    return put.ok || put.failure.kind === 'condition_failed' ? 'marked' : 'failed';
  };
}
