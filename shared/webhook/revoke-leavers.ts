import { type Failure, outage } from '../failure.ts';
import { type KeyOwner, searchKeys } from '../keys/key-search.ts';
import type { KeyServices } from '../keys/key-services.ts';
import { bulkMs, changeMs, lastRevocationAt, searchMs } from '../keys/time-limits.ts';
import { fail, ok, type Result } from '../result.ts';
import { revokeAll } from '../revocation/revoke-all.ts';
import { Deliveries, type Delivery } from './deliveries.ts';
import type { Leavers } from './leavers.ts';
import { leaversKeys } from './leavers-keys.ts';

/** The result of a delivery; `isDone` if nothing is left to do. */
interface Progress {
  readonly revoked: number;
  readonly isDone: boolean;
}

/** The time for an event, and the data from its earlier deliveries. */
export interface Handling {
  /** Nothing begins that may last longer, except the mark for all keys. */
  readonly patienceMs: number;
  readonly deliveries: Deliveries;
}

/**
 * Revokes the keys of the user or the organization that a Scalekit event reports as gone, and the keys that those made meanwhile.
 * Searches again until nothing is found. Other keys that are newer than the event stay, so that a repeated or late event does not
 * revoke them. Fails exactly when something is left to do.
 */
export async function revokeLeavers(
  services: KeyServices,
  leavers: Leavers,
  requestId: string,
  { patienceMs = bulkMs, deliveries = new Deliveries() }: Partial<Handling> = {},
): Promise<Result<{ readonly revoked: number }, Failure>> {
  const { event, organizationId, userId, email } = leavers;
  const startedAt = Date.now();
  const lastChangeAt = startedAt + patienceMs - changeMs(services.scalekit);
  const until = Math.min(lastRevocationAt(startedAt, services.scalekit), lastChangeAt);
  const delivery = deliveries.of(event.id, leavers.firstHandledAt);
  // This comes first: Scalekit may revoke the keys itself, and then no list has them.
  let settleEnd = email === undefined ? await services.mutations.endDecisions(organizationId, userId) : nothingToSettle;
  const whose = await ownerOf(services, leavers, delivery, until);
  if (!whose.ok) return whose;
  if (email !== undefined && whose.value?.userId !== undefined)
    settleEnd = await services.mutations.endDecisions(organizationId, whose.value.userId);
  const done = whose.value
    ? await revokeTheirs(services, whose.value, event, requestId, delivery, until)
    : ok({ revoked: 0, isDone: true });
  if (!done.ok) return done;
  const settled = await settleEnd();
  if (!settled.ok) return settled;
  return done.value.isDone ? ok({ revoked: done.value.revoked }) : fail(incomplete());
}

/** The event of a directory user has no user id. It is found by a key. */
const nothingToSettle = async () => ok(undefined);

async function revokeTheirs(
  { scalekit, mutations }: KeyServices,
  whose: KeyOwner,
  event: Leavers['event'],
  requestId: string,
  delivery: Delivery,
  until: number,
): Promise<Result<Progress, Failure>> {
  const cause = { actor: { type: 'scalekit', eventId: event.id }, requestId, reason: event.type } as const;
  const revoking = { mutations, cause, until, mayGoOn: async () => true };
  let revoked = 0;
  let page: string | undefined;
  let hasFound = false;
  while (Date.now() < until) {
    const found = await searchKeys(scalekit, whose, Math.min(Date.now() + searchMs, until), page);
    // An organization or user that Scalekit no longer knows has no active keys.
    if (!found.ok && found.failure.kind === 'refused') return ok({ revoked, isDone: page === undefined });
    if (!found.ok) return fail(outage(found.failure));
    const { keys, next } = found.value;
    const matched = await leaversKeys(scalekit, keys, event, delivery, until);
    if (!matched.ok) return matched;
    if (!matched.value) break;
    for (const { keyId } of matched.value) delivery.known.add(keyId);
    const tally = await revokeAll(matched.value, revoking);
    revoked += tally.revoked;
    if (tally.failed.length + tally.remaining > 0) break;
    hasFound ||= matched.value.length > 0;
    if (next === undefined && !hasFound) return ok({ revoked, isDone: true });
    hasFound &&= next !== undefined;
    page = next;
  }
  return ok({ revoked, isDone: false });
}

/** The owner of the keys that an event concerns; `undefined` if no user with a key has the email address. */
async function ownerOf(
  { scalekit }: KeyServices,
  { organizationId, userId, email }: Leavers,
  delivery: Delivery,
  until: number,
): Promise<Result<KeyOwner | undefined, Failure>> {
  const known = userId ?? delivery.userId;
  if (known !== undefined) return ok({ organizationId, userId: known });
  if (email === undefined) return ok({ organizationId });
  while (Date.now() < until) {
    const found = await searchKeys(scalekit, { organizationId }, Math.min(Date.now() + searchMs, until), delivery.page);
    if (!found.ok && found.failure.kind === 'refused' && delivery.page === undefined) return ok(undefined);
    if (!found.ok) {
      delivery.page = undefined;
      return fail(outage(found.failure));
    }
    const theirs = found.value.keys.find((key) => key.userEmail?.toLowerCase() === email.toLowerCase());
    if (theirs?.userId !== undefined) {
      delivery.userId = theirs.userId;
      return ok({ organizationId, userId: theirs.userId });
    }
    delivery.page = found.value.next;
    if (delivery.page === undefined) return ok(undefined);
  }
  return fail(incomplete());
}

function incomplete(): Failure {
  return outage({ kind: 'incomplete', cause: new Error('keys are left to revoke') });
}
