import type { UseRecords } from '../decision-cache/use-records.ts';
import type { Key } from '../key.ts';
import { withoutUndefined } from '../without-undefined.ts';
import type { KeyList } from './list-keys.ts';

/** A key as it is shown, with the hour in which it was last validated. */
export interface ShownKey extends Key {
  /** RFC 3339; absent if unknown. */
  readonly lastUsedAt?: string;
}

/** A page of keys as it is shown. */
export interface ShownKeys extends KeyList {
  readonly keys: readonly ShownKey[];
  /** Every use of every key since then is recorded: a key without `lastUsedAt` was not used since. */
  readonly usageRecordedSince?: string;
  /** The latest hour in which a use of any key was recorded. */
  readonly usageRecordedUntil?: string;
}

/** Adds the last use of a key that the caller may see. If the table cannot be read, the key is shown without it. */
export async function withLastUse(key: Key, uses: UseRecords): Promise<ShownKey> {
  const { lastUsedAt } = await uses([key.keyId]);
  return withoutUndefined({ ...key, lastUsedAt: lastUsedAt.get(key.keyId) });
}

/** Adds the last use of each key of a page; a page without keys stays as it is. */
export async function withLastUses(list: KeyList, uses: UseRecords): Promise<ShownKeys> {
  if (list.keys.length === 0) return list;
  const { lastUsedAt, recordedSince, recordedUntil } = await uses(list.keys.map(({ keyId }) => keyId));
  return withoutUndefined({
    ...list,
    keys: list.keys.map((key) => withoutUndefined({ ...key, lastUsedAt: lastUsedAt.get(key.keyId) })),
    usageRecordedSince: recordedSince,
    usageRecordedUntil: recordedUntil,
  });
}
