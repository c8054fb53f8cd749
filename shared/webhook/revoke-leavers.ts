import { type Failure, outage } from '../failure.ts';
import type { KeyInfo } from '../key.ts';
import { searchKeys } from '../keys/key-search.ts';
import type { KeyServices } from '../keys/key-services.ts';
import { bulkMs, changeMs, lastRevocationAt, searchMs } from '../keys/time-limits.ts';
import { fail, ok, type Result } from '../result.ts';
import { descendantsOf } from '../revocation/descendants.ts';
import { revokeAll } from '../revocation/revoke-all.ts';
import type { Leavers } from './leavers.ts';

/**
 * Revokes the keys of the users or the organization that an event of Scalekit reports as gone. Only keys that are older than
 * the event are revoked, so that a repeat or a late event changes nothing newer; of a user also the keys that those made for
 * the same user meanwhile. Begins nothing that may last longer than `patienceMs`, but for the mark of all. Fails exactly when
 * something is left to do.
 */
export async function revokeLeavers(
  services: KeyServices,
  { event, ...concerned }: Leavers,
  requestId: string,
  patienceMs: number = bulkMs,
): Promise<Result<{ readonly revoked: number }, Failure>> {
  const startedAt = Date.now();
  const { organizationId, userId, email } = concerned;
  // First of all: Scalekit may end the keys itself, and then they are in no list any more.
  const settleEnd =
    email === undefined ? await services.mutations.endDecisions(organizationId, userId) : nothingToSettle;
  const lastChangeAt = startedAt + patienceMs - changeMs(services.scalekit);
  const found = await searchKeys(services.scalekit, concerned, Math.min(startedAt + searchMs, lastChangeAt));
  if (!found.ok && found.failure.kind !== 'refused') return fail(found.failure);
  // An organization or user that Scalekit does not know any more has no active keys.
  const { keys, unseen } = found.ok ? found.value : { keys: [], unseen: 0 };
  const matched = select(keys, concerned, event);
  const cause = { actor: { type: 'scalekit', eventId: event.id }, requestId, reason: event.type } as const;
  const until = Math.min(lastRevocationAt(startedAt, services.scalekit), lastChangeAt);
  const { revoked, failed, remaining } = await revokeAll(services.mutations, matched, cause, until);
  const settled = await settleEnd();
  if (!settled.ok) return settled;
  if (failed.length === 0 && remaining === 0 && unseen === 0) return ok({ revoked });
  return fail(outage({ kind: 'incomplete', cause: new Error('keys are left to revoke') }));
}

/** A directory's user has no id of ours: its keys are marked one by one. */
const nothingToSettle = async () => ok(undefined);

function select(
  keys: readonly KeyInfo[],
  { userId, email }: Omit<Leavers, 'event'>,
  event: Leavers['event'],
): KeyInfo[] {
  const theirs = keys.filter(
    (key) =>
      (userId === undefined || key.userId === userId) &&
      (email === undefined || key.userEmail?.toLowerCase() === email.toLowerCase()),
  );
  const older = theirs.filter((key) => !(Date.parse(key.createdAt ?? '') > event.occurred_at.getTime()));
  if (userId === undefined && email === undefined) return older;
  const ids = older.map(({ keyId }) => keyId);
  const made = descendantsOf(ids, theirs);
  return [...older, ...theirs.filter(({ keyId }) => made.has(keyId))];
}
