import type { AuditCause } from '../audit/audit.ts';
import type { Mutations } from '../audit/mutations.ts';
import type { KeyInfo } from '../key.ts';
import { inBatches } from './batches.ts';
import { childrenFirst, originsOf } from './descendants.ts';

/**
 * `cache_not_flushed`: the key is revoked, but a cached decision may still be used. A repeat does not find the key; a revocation
 * by its id still works.
 */
type RevocationFailure = 'upstream_unavailable' | 'cache_not_flushed';

/** The outcome of many revocations. */
export interface RevocationTally {
  readonly revoked: number;
  readonly failed: readonly { readonly keyId: string; readonly code: RevocationFailure }[];
  /** Not tried: time ran out, the caller's key was no longer active and unchanged, or a descendant could not be revoked. */
  readonly remaining: number;
}

/** The parameters of revocations. */
export interface Revoking {
  readonly mutations: Mutations;
  readonly cause: AuditCause;
  /** No revocation begins after this time (ms since the epoch). */
  readonly until: number;
  /** Called before each batch: the actor may have lost its authority in between. */
  readonly mayGoOn: () => Promise<boolean>;
}

/** Revokes keys in any order, in batches. */
export function revokeAll(keys: readonly KeyInfo[], revoking: Revoking): Promise<RevocationTally> {
  return revokeGroups([keys], revoking, () => {});
}

/**
 * Revokes keys in batches. A key's descendants are revoked before the key itself. If that fails, the key stays: so a repeat of an
 * interrupted revocation can still follow the links from the key to its descendants.
 */
export function revokeChildrenFirst(keys: readonly KeyInfo[], revoking: Revoking): Promise<RevocationTally> {
  const kept = new Set<string>();
  return revokeGroups(
    childrenFirst(keys),
    revoking,
    (key) => {
      for (const id of originsOf(key)) kept.add(id);
    },
    ({ keyId }) => kept.has(keyId),
  );
}

async function revokeGroups(
  groups: readonly (readonly KeyInfo[])[],
  { mutations, cause, until, mayGoOn }: Revoking,
  onLeft: (key: KeyInfo) => void,
  stays: (key: KeyInfo) => boolean = () => false,
): Promise<RevocationTally> {
  const failed: { keyId: string; code: RevocationFailure }[] = [];
  let revoked = 0;
  let remaining = 0;
  let goesOn = true;
  for (const batch of groups.flatMap((group) => inBatches(group))) {
    goesOn &&= Date.now() < until && (await mayGoOn()) && Date.now() < until;
    const open = goesOn ? batch.filter((key) => !stays(key)) : [];
    const left = batch.filter((key) => !open.includes(key));
    remaining += left.length;
    for (const key of left) onLeft(key);
    const outcomes = await Promise.all(open.map(async (key) => ({ key, done: await mutations.revoke(key, cause) })));
    for (const { key, done } of outcomes) {
      if (done.ok) {
        revoked++;
        continue;
      }
      failed.push({ keyId: key.keyId, code: done.failure.kind });
      if (done.failure.kind !== 'cache_not_flushed') onLeft(key);
    }
  }
  return { revoked, failed, remaining };
}
