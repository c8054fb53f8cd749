import { decodeNotBefore, latestUse, recordingItem, useId, useItem } from './items.ts';
import { memory } from './memory.ts';
import type { Table } from './table.ts';

const hourMs = 3_600_000;

const maxNoted = 10_000;

/** Nobody waits for what is read ahead. */
const openMs = 1_000;

/** What was read ahead for longer, as in a provisioned environment, is read again. */
const maxAheadMs = 10_000;

/**
 * After so long without a note of any key, recording begins anew: an older release may have run meanwhile, which noted
 * nothing.
 */
const maxGapMs = 7 * 24 * hourMs;

/** Notes uses of keys. A failure costs nothing but the note. */
export interface UseNotes {
  /** Reads ahead of the first use what is noted of all keys, and so connects to the table. */
  open(): void;
  /** Notes that a key was validated in this hour, and that uses are recorded at all; nothing is begun after `until` (ms). */
  note(keyId: string, until: number): Promise<void>;
}

/**
 * Makes the notes of a table. They read before they write: a write costs ten times as much, and most environments find that
 * another one has written.
 */
export function useNotes(table: Table, now: () => number): UseNotes {
  const noted = memory<number>(maxNoted);
  let opened: { readonly latest: ReturnType<typeof read>; readonly at: number } | undefined;

  const read = (name: string, timeoutMs: number) => table.get(useId(name), false, timeoutMs);

  /** Notes this hour in the item of that name, unless it is there; `begin` comes before the write. */
  async function note(
    name: string,
    until: number,
    begin: (last: number | undefined) => Promise<boolean> = async () => true,
    ahead?: ReturnType<typeof read>,
  ): Promise<boolean> {
    const hour = Math.floor(now() / hourMs) * hourMs;
    if (noted.get(name) === hour) return true;
    const answer = await (ahead ?? read(name, Math.max(1, until - now())));
    if (!answer.ok) return false;
    const last = answer.value && decodeNotBefore(answer.value);
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

  return {
    open() {
      opened = { latest: read(latestUse, openMs), at: now() };
    },
    async note(keyId, until) {
      const latest = opened && now() - opened.at < maxAheadMs ? opened.latest : undefined;
      opened = undefined;
      // In this order: where the notes of keys fail, the latest use grows old.
      if (await note(keyId, until)) await note(latestUse, until, (last) => beginRecording(last, until), latest);
    },
  };
}
