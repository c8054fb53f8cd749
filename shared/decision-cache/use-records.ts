import { requireEnvironment } from '../environment.ts';
import { withoutUndefined } from '../without-undefined.ts';
import { decodeNotBefore, latestUse, recording, useId } from './items.ts';
import { type Table, tableOf } from './table.ts';
import { readUsesMs } from './time-limits.ts';

/** What is known of the uses of keys. Times are RFC 3339. */
export interface Uses {
  /** By the ids of keys: the hour of the last validation. A key is not in it where that is unknown. */
  readonly lastUsedAt: ReadonlyMap<string, string>;
  /** Since when every use is recorded. */
  readonly recordedSince?: string;
  /** The latest hour in which a use of any key was recorded. */
  readonly recordedUntil?: string;
}

/** Reads what the authorizer noted: what cannot be read within 100 ms is left out. Never for a decision. */
export type UseRecords = (keyIds: readonly string[]) => Promise<Uses>;

/** The records in the table that `DECISION_TABLE` names. */
export function useRecordsFromEnvironment(): UseRecords {
  return useRecords(tableOf(requireEnvironment('DECISION_TABLE')));
}

/** Makes the records of a table. */
export function useRecords(table: Table): UseRecords {
  return async (keyIds) => {
    const found = await table.getAll([...keyIds, recording, latestUse].map(useId), false, readUsesMs);
    const times = new Map<string, string>();
    for (const item of found.ok ? found.value : []) {
      const time = decodeNotBefore(item);
      if (time !== undefined && item['id'] && 'S' in item['id']) times.set(item['id'].S, new Date(time).toISOString());
    }
    const lastUsedAt = new Map<string, string>();
    for (const keyId of keyIds) {
      const time = times.get(useId(keyId));
      if (time !== undefined) lastUsedAt.set(keyId, time);
    }
    return {
      lastUsedAt,
      ...withoutUndefined({ recordedSince: times.get(useId(recording)), recordedUntil: times.get(useId(latestUse)) }),
    };
  };
}
