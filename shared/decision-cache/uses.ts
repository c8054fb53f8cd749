import { decodeNotBefore, useId, useItem } from './items.ts';
import { memory } from './memory.ts';
import type { Table } from './table.ts';

const hourMs = 3_600_000;

const maxNoted = 10_000;

/**
 * Makes the function that notes in which hour a key was last validated. It reads before it writes: a write costs ten times
 * as much, and most environments find that another one has written. A failure costs nothing but the note.
 */
export function useNotes(table: Table, now: () => number): (keyId: string, until: number) => Promise<void> {
  const noted = memory<number>(maxNoted);
  return async (keyId, until) => {
    const hour = Math.floor(now() / hourMs) * hourMs;
    if (noted.get(keyId) === hour) return;
    const found = await table.get(useId(keyId), false, Math.max(1, until - now()));
    if (!found.ok) return;
    const isNoted = found.value !== undefined && (decodeNotBefore(found.value) ?? 0) >= hour;
    if (!isNoted) {
      const put = await table.put(useItem(keyId, hour), 'older', Math.max(1, until - now()));
      if (!put.ok && put.failure.kind !== 'condition_failed') return;
    }
    noted.set(keyId, hour);
  };
}
