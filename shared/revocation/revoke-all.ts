import type { AuditCause } from '../audit/audit.ts';
import type { Mutations } from '../audit/mutations.ts';
import type { KeyInfo } from '../key.ts';
import { originsOf } from './descendants.ts';

/** `cache_not_flushed`: the key is revoked, but a cached decision may still be used; a repeat does not find it, by its id it does. */
type RevocationFailure = 'upstream_unavailable' | 'cache_not_flushed';

/** What became of many revocations. */
export interface RevocationTally {
  readonly revoked: number;
  readonly failed: readonly { readonly keyId: string; readonly code: RevocationFailure }[];
  /** Not tried: the time was over, or a key that it made could not be revoked. */
  readonly remaining: number;
}

/** How many are revoked at the same time: Scalekit limits the rate of an environment. */
const concurrency = 8;

/**
 * Revokes keys, some at a time, and begins none after `until` (ms since the epoch). What a key made goes before the key
 * itself, and where that fails the key stays: so a repeat of what was cut short still finds its way from maker to made.
 */
export async function revokeAll(
  mutations: Mutations,
  keys: readonly KeyInfo[],
  cause: AuditCause,
  until: number,
): Promise<RevocationTally> {
  const failed: { keyId: string; code: RevocationFailure }[] = [];
  const kept = new Set<string>(); // ids that must stay because a descendant was not revoked
  let revoked = 0;
  const keep = (key: KeyInfo) => {
    for (const id of originsOf(key)) kept.add(id);
  };
  for (const batch of batches(keys)) {
    const open = Date.now() < until ? batch.filter(({ keyId }) => !kept.has(keyId)) : [];
    for (const key of batch) if (!open.includes(key)) keep(key);
    const outcomes = await Promise.all(open.map(async (key) => ({ key, done: await mutations.revoke(key, cause) })));
    for (const { key, done } of outcomes) {
      if (done.ok) revoked++;
      else {
        failed.push({ keyId: key.keyId, code: done.failure.kind });
        keep(key);
      }
    }
  }
  return { revoked, failed, remaining: keys.length - revoked - failed.length };
}

/** Groups keys, none with one that came of it, the last generation first. */
function batches(keys: readonly KeyInfo[]): KeyInfo[][] {
  const byId = new Map(keys.map((key) => [key.keyId, key]));
  const generations = new Map<string, number>();
  const generationOf = (key: KeyInfo, path: readonly string[]): number => {
    const known = generations.get(key.keyId);
    if (known !== undefined) return known;
    const origins = originsOf(key).flatMap((id) => (path.includes(id) ? [] : (byId.get(id) ?? [])));
    const generation = 1 + Math.max(0, ...origins.map((origin) => generationOf(origin, [...path, key.keyId])));
    generations.set(key.keyId, generation);
    return generation;
  };
  const grouped = Map.groupBy(keys, (key) => generationOf(key, []));
  const lastFirst = [...grouped].toSorted(([one], [other]) => other - one).map(([, group]) => group);
  return lastFirst.flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / concurrency) }, (_, index) =>
      group.slice(index * concurrency, (index + 1) * concurrency),
    ),
  );
}
