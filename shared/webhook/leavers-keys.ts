import { idPatterns } from '../deployment.ts';
import type { Outage } from '../failure.ts';
import type { KeyInfo } from '../key.ts';
import { ok, type Result } from '../result.ts';
import { inBatches } from '../revocation/batches.ts';
import { descendantsOf } from '../revocation/descendants.ts';
import type { KeyDirectory } from '../scalekit/scalekit.ts';
import type { Delivery } from './deliveries.ts';
import type { Leavers } from './leavers.ts';

/**
 * Picks the keys to revoke for leavers: the keys that are older than the event, their descendants, and the keys that were made
 * before the first handling by a key that is no longer active. That key may have been a link between a leaver's key and its
 * descendants. `undefined` if time runs out.
 */
export async function leaversKeys(
  scalekit: KeyDirectory,
  keys: readonly KeyInfo[],
  event: Leavers['event'],
  { firstHandledAt, known }: Delivery,
  until: number,
): Promise<Result<KeyInfo[] | undefined, Outage>> {
  const isOlder = ({ createdAt }: KeyInfo) => !(Date.parse(createdAt ?? '') > event.occurred_at.getTime());
  const mayBeTheirs = keys.filter((key) => !isOlder(key) && Date.parse(key.createdAt ?? '') <= firstHandledAt);
  const active = new Set(keys.map(({ keyId }) => keyId));
  const makers = new Set(mayBeTheirs.map(makerOf).filter((id) => id !== undefined));
  const ended = await endedOf(
    scalekit,
    [...makers].filter((id) => !active.has(id)),
    until,
  );
  if (!ended.ok) return ended;
  const lost = ended.value;
  if (!lost) return ok(undefined);
  // The mark for the leaver ends what a link, a session or a client may make, but a key may have been made by it in between.
  const orphans = new Set(mayBeTheirs.filter((key) => lost.has(makerOf(key) ?? '') || hasOtherMaker(key)));
  const roots = keys.filter((key) => isOlder(key) || known.has(key.keyId) || orphans.has(key));
  const rootIds = new Set(roots.map(({ keyId }) => keyId));
  return ok([...roots, ...descendantsOf((id) => rootIds.has(id) || known.has(id), keys)]);
}

/** The key that made a key; `undefined` if an operator or Scalekit itself made it. */
function makerOf({ customClaims }: KeyInfo): string | undefined {
  const maker = customClaims['issued_by'];
  return maker?.startsWith('apit_') ? maker : undefined;
}

/** Reports whether a link, the session of a user, or a client made a key: Scalekit cannot tell whether it still may. */
function hasOtherMaker(key: KeyInfo): boolean {
  return makerOf(key) === undefined && idPatterns.issuer.test(key.customClaims['issued_by'] ?? '');
}

/** The keys that are no longer active; `undefined` if time runs out. */
async function endedOf(
  scalekit: KeyDirectory,
  keyIds: readonly string[],
  until: number,
): Promise<Result<Set<string> | undefined, Outage>> {
  const ended = new Set<string>();
  for (const batch of inBatches(keyIds)) {
    if (Date.now() >= until) return ok(undefined);
    const found = await Promise.all(batch.map((keyId) => scalekit.lookUp(keyId, { waitsForLimit: true })));
    for (const [index, answer] of found.entries()) {
      if (!answer.ok) return answer;
      if (!answer.value) ended.add(batch[index] ?? '');
    }
  }
  return ok(ended);
}
