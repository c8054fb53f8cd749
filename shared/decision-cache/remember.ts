import type { CachedCaller } from './cached-caller.ts';
import { areIds, decisionItem } from './items.ts';
import type { KnownKeys } from './known-keys.ts';
import type { DecisionCacheSettings } from './settings.ts';
import type { Table } from './table.ts';
import { rememberMs, useMs } from './time-limits.ts';
import type { UseNotes } from './uses.ts';

/**
 * Whether a decision was kept. `superseded`: a mark or a newer decision was there, and stays. `unfit`: the caller is too large,
 * or its ids have another form than Scalekit's.
 */
export type Remembered = 'remembered' | 'superseded' | 'unfit' | 'off' | 'throttled' | 'failed';

/** Makes the function that keeps what Scalekit said of a key, when asked at `beganAt`. */
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
    // First, so that a refusal finds the key of every decision that is kept.
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

/** Waits for some work; what takes longer goes on beside the next request, so that a new connection is not in vain. */
async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
