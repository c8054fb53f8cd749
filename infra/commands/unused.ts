import { confirm, progress } from './confirm.ts';
import { CommandFailure, exitCodes } from './exit-codes.ts';
import { allPages, type KeyPage, type ListedKey } from './key-pages.ts';
import type { OperatorClient } from './operator-client.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A recorded use is exact to one hour. With the decision cache, a key may be used for another hour without a validation. */
const uncertainMs = 2 * hourMs;

/** A use is recorded in every hour in which any key is validated. */
const silentMs = 3 * hourMs;

interface UnusedOptions {
  readonly days: number;
  readonly revoke?: boolean | undefined;
  readonly yes?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
}

/** Shows the keys that were not used for some days. Revokes them if asked to, and if the record is complete. */
export async function unused(
  client: OperatorClient,
  { days, revoke, yes, dryRun }: UnusedOptions,
  show: (answer: { readonly unused: readonly ListedKey[]; readonly revoked: number }) => void,
): Promise<void> {
  const pages = await allPages(client);
  const now = Date.now();
  const doubt = doubtOf(pages, days, now);
  if (revoke && doubt) throw new CommandFailure(exitCodes.refused, `${doubt} Nothing was revoked.`);
  const keys = pages.flatMap((page) => unusedOf(page, now - days * dayMs));
  const isRevoking = revoke && !dryRun;
  if (isRevoking) console.error(client.where);
  if (isRevoking && !yes)
    await confirm(client.organization, `This revokes ${keys.length} keys of ${client.organization}.`);
  const revoked = isRevoking ? await revokeEach(client, keys) : 0;
  show({ unused: keys, revoked });
  if (doubt) console.error(doubt);
}

async function revokeEach({ send }: OperatorClient, keys: readonly ListedKey[]): Promise<number> {
  const shown = progress();
  for (const [index, { keyId }] of keys.entries()) {
    shown.show(`${index} of ${keys.length} keys are revoked`);
    try {
      await send('DELETE', `/${keyId}`);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : 'no answer';
      const message = `${index} of ${keys.length} keys are revoked. Revoke ${keyId} by its id, then run this again: ${reason}`;
      shown.end();
      throw new CommandFailure(exitCodes.incomplete, message, { cause });
    }
  }
  shown.end();
  return keys.length;
}

/** Why a key without a recorded use may still have been used. */
function doubtOf(pages: readonly KeyPage[], days: number, now: number): string | undefined {
  for (const { keys, usageRecordedSince: since, usageRecordedUntil: until } of pages) {
    if (keys.length === 0) continue; // it reports nothing about uses
    if (since === undefined || until === undefined)
      return 'It is unknown how long uses have been recorded: send a request with any key, then run this again.';
    if (!(Date.parse(since) < now - days * dayMs))
      return `Uses are recorded only since ${since}, less than ${days} days ago.`;
    if (!(Date.parse(until) > now - silentMs))
      return `No use of any key has been recorded since ${until}: send a request with a key, then run this again.`;
  }
  return undefined;
}

/** The keys of a page that existed before a time, with no recorded use since. An invalid time proves nothing. */
function unusedOf({ keys, usageRecordedSince: since = '' }: KeyPage, before: number): ListedKey[] {
  if (!(Date.parse(since) < before)) return [];
  return keys.filter(
    ({ createdAt = '', lastUsedAt }) =>
      Date.parse(createdAt) < before && (lastUsedAt === undefined || Date.parse(lastUsedAt) + uncertainMs < before),
  );
}
