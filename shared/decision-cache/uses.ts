import { decodeNotBefore, latestUse, recordingItem, useId, useItem } from './items.ts';
import { memory } from './memory.ts';
import type { Table } from './table.ts';

const hourMs = 3_600_000;

const maxNoted = 10_000;

/** The timeout of the early read, for which no request waits. */
const openMs = 1_000;

/** An early read that is older, as in a provisioned environment, is repeated. */
const maxAheadMs = 10_000;

/**
 * After this long without a recorded use of any key, recording starts again: an older release, which records nothing, may have
 * run in between.
 */
const maxGapMs = 7 * 24 * hourMs;

/** Records uses of keys. A failure only loses the record. */
export interface UseNotes {
  /** Reads the latest use of any key early, before the first use. This connects to the table. */
  open(): void;
  /** Records that a key was validated in this hour, and that uses are recorded at all. Starts nothing after `until` (ms). */
  note(keyId: string, until: number): Promise<void>;
}

/**
 * Makes the use records of a table. They read before they write: a write costs ten times as much, and usually another environment
 * has already written.
 */
export function useNotes(table: Table, now: () => number): UseNotes {
  const noted = memory<number>(maxNoted);
  let opened: { readonly latest: ReturnType<typeof read>; readonly at: number } | undefined;

  const read = (name: string, timeoutMs: number) => table.get(useId(name), false, timeoutMs);

  /** Writes this hour to the item of that name, unless it is there. `begin` runs before the write. */
  async function note(
    name: string,
    until: number,
    begin: (last: number | undefined) => Promise<boolean> = async () => true,
    ahead?: ReturnType<typeof read>,
  ): Promise<boolean> {
    const hour = Math.floor(now() / hourMs) * hourMs;
    if (noted.get(name) === hour) return true;
    if (now() >= until) return false;
    const answer = await (ahead ?? read(name, until - now()));
    if (!answer.ok) return false;
    const last = answer.value && decodeNotBefore(answer.value);
    if (last === undefined || last < hour) {
      if (!(await begin(last))) return false;
      if (now() >= until) return false;
      const put = await table.put(useItem(name, hour), 'older', until - now());
      if (!put.ok && put.failure.kind !== 'condition_failed') return false;
    }
    noted.set(name, hour);
    return true;
  }

  async function beginRecording(last: number | undefined, until: number): Promise<boolean> {
    if (last !== undefined && now() - last < maxGapMs) return true;
    if (now() >= until) return false;
    const put = await table.put(recordingItem(now()), 'older', until - now());
    return put.ok || put.failure.kind === 'condition_failed';
  }

  return {
    open() {
      opened = { latest: read(latestUse, openMs), at: now() };
    },
    async note(keyId, until) {
      const latest = opened && now() - opened.at < maxAheadMs ? opened.latest : undefined;
      opened = undefined;
      // In this order: if the uses of keys cannot be recorded, the latest use grows old.
      if (await note(keyId, until)) await note(latestUse, until, (last) => beginRecording(last, until), latest);
    },
  };
}
