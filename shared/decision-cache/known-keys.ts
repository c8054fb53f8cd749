import { fail, ok, type Result } from '../result.ts';
import type { CachedCaller } from './cached-caller.ts';
import { decodeHash, hashId, hashItem, type KnownKey } from './items.ts';
import { memory } from './memory.ts';
import type { Table, TableFailure } from './table.ts';

const maxKnown = 10_000;

/** Finds the key id of a plain key, in memory or in the table. */
export interface KnownKeys {
  /** `malformed`: the table's item does not have our form. */
  find(
    plainKey: string,
    isConsistent: boolean,
    until: number,
  ): Promise<Result<KnownKey | undefined, TableFailure | { readonly kind: 'malformed' }>>;
  /** Writes the key id of a plain key, unless it is known to be kept for days. */
  keep(plainKey: string, caller: CachedCaller, until: number): Promise<Result<void, TableFailure>>;
}

/** Makes a {@link KnownKeys} with an empty memory, which holds hashes only. */
export function knownKeys(table: Table, now: () => number): KnownKeys {
  const known = memory<KnownKey>(maxKnown);
  return {
    async find(plainKey, isConsistent, until) {
      const id = hashId(plainKey);
      const remembered = known.get(id);
      if (remembered) return ok(remembered);
      const read = await table.get(id, isConsistent, Math.max(1, until - now()));
      if (!read.ok || read.value === undefined) return read as Result<undefined, TableFailure>;
      const key = decodeHash(read.value);
      if (!key) return fail({ kind: 'malformed' });
      known.set(id, key);
      return ok(key);
    },
    async keep(plainKey, caller, until) {
      const id = hashId(plainKey);
      const remembered = known.get(id);
      if (remembered && now() < remembered.renewedAt) return ok(undefined);
      const item = hashItem(id, caller, now());
      const put = await table.put(item, 'anything', Math.max(1, until - now()));
      const key = decodeHash(item);
      if (put.ok && key) known.set(id, key);
      return put;
    },
  };
}
