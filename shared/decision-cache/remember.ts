import type { CachedCaller } from './cached-caller.ts';
import { areIds, decisionItem } from './items.ts';
import type { KnownKeys } from './known-keys.ts';
import type { DecisionCacheSettings } from './settings.ts';
import type { Table } from './table.ts';
import { rememberMs, useMs } from './time-limits.ts';
import type { UseNotes } from './uses.ts';

/**
 * Whether a decision was cached. `superseded`: a mark or a newer decision exists and stays. `unfit`: the caller is too large, or
 * its ids do not have the form of Scalekit's.
 */
export type Remembered = 'remembered' | 'superseded' | 'unfit' | 'off' | 'throttled' | 'failed';

/** Makes the function that caches Scalekit's answer on a key; `beganAt` is when Scalekit was asked. */
export function keeper(
  table: Table,
  known: KnownKeys,
  uses: UseNotes,
  settings: DecisionCacheSettings,
  now: () => number,
): (plainKey: string, caller: CachedCaller, beganAt: number) => Promise<Remembered> {
  async function keep(plainKey: string, caller: CachedCaller, beganAt: number, until: number): Promise<Remembered> {
    if (settings.cacheSeconds === 0) return 'off';
    const { keyId, organizationId, userId } = caller;
    const item = decisionItem(caller, beganAt);
    if (!item || !areIds(keyId, organizationId, userId)) return 'unfit';
    // This comes first, so that a refusal finds the key id of every cached decision.
    const named = await known.keep(plainKey, caller, until);
    if (!named.ok) return named.failure.kind === 'throttled' ? 'throttled' : 'failed';
    const put = await table.put(item, 'older', Math.max(1, until - now()));
    if (put.ok) return 'remembered';
    return put.failure.kind === 'condition_failed' ? 'superseded' : put.failure.kind;
  }

  return async (plainKey, caller, beganAt) => {
    const until = now() + rememberMs;
    const kept = keep(plainKey, caller, beganAt, until);
    const [remembered] = await Promise.all([kept, atMost(useMs, uses.note(caller.keyId, until))]);
    return remembered;
  };
}

/** Waits for work, but at most `ms`. Slower work continues during the next request, so that a new connection is not wasted. */
async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
