import { requireEnvironment } from '../environment.ts';
import { withoutUndefined } from '../without-undefined.ts';
import { decodeNotBefore, latestUse, recording, useId } from './items.ts';
import { type Table, tableOf } from './table.ts';
import { readUsesMs } from './time-limits.ts';

/** The known uses of keys. Times are RFC 3339. */
export interface Uses {
  /** The hour of the last validation, by key id. A key whose last use is unknown is not in it. */
  readonly lastUsedAt: ReadonlyMap<string, string>;
  /** Every use since then is recorded. */
  readonly recordedSince?: string;
  /** The latest hour in which a use of any key was recorded. */
  readonly recordedUntil?: string;
}

/** Reads the uses that the authorizer recorded. Uses that cannot be read within 100 ms are left out. Not for decisions. */
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
