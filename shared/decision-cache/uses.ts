import { decodeNotBefore, latestUse, recordingItem, useId, useItem } from './items.ts';
import { memory } from './memory.ts';
import type { Table } from './table.ts';

const hourMs = 3_600_000;

const maxNoted = 10_000;

/**
 * After so long without a note of any key, recording begins anew: an older release may have run meanwhile, which noted
 * nothing.
 */
const maxGapMs = 7 * 24 * hourMs;

/**
 * Makes the function that notes in which hour a key was last validated, and that uses are recorded at all. It reads before it
 * writes: a write costs ten times as much, and most environments find that another one has written. A failure costs nothing
 * but the note.
 */
export function useNotes(table: Table, now: () => number): (keyId: string, until: number) => Promise<void> {
  const noted = memory<number>(maxNoted);

  /** Notes this hour in the item of that name, unless it is there; `begin` comes before the write. */
  async function note(
    name: string,
    until: number,
    begin: (last: number | undefined) => Promise<boolean> = async () => true,
  ): Promise<boolean> {
    const hour = Math.floor(now() / hourMs) * hourMs;
    if (noted.get(name) === hour) return true;
    const found = await table.get(useId(name), false, Math.max(1, until - now()));
    if (!found.ok) return false;
    const last = found.value && decodeNotBefore(found.value);
    if (last === undefined || last < hour) {
      if (!(await begin(last))) return false;
      const put = await table.put(useItem(name, hour), 'older', Math.max(1, until - now()));
      if (!put.ok && put.failure.kind !== 'condition_failed') return false;
    }
    noted.set(name, hour);
    return true;
  }

  async function beginRecording(last: number | undefined, until: number): Promise<boolean> {
    if (last !== undefined && now() - last < maxGapMs) return true;
    const put = await table.put(recordingItem(now()), 'older', Math.max(1, until - now()));
    return put.ok || put.failure.kind === 'condition_failed';
  }

  return async (keyId, until) => {
    // In this order: where the notes of keys fail, the latest use grows old.
    if (await note(keyId, until)) await note(latestUse, until, (last) => beginRecording(last, until));
  };
}
