import { allPages, type KeyPage, type ListedKey } from './key-pages.ts';
import type { SendSigned } from './operator-client.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A last use is an hour, and with the decision cache a key may be used for another hour without a validation. */
const uncertainMs = 2 * hourMs;

/** Uses are recorded each hour in which any key is validated. */
const silentMs = 3 * hourMs;

interface UnusedOptions {
  readonly days: number;
  readonly revoke?: boolean | undefined;
  readonly yes?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
}

/** Shows the keys that were not used for some days, and revokes them where that is asked for and certain. */
export async function unused(
  send: SendSigned,
  { days, revoke, yes, dryRun }: UnusedOptions,
  show: (answer: object) => void,
): Promise<void> {
  const pages = await allPages(send);
  const now = Date.now();
  const doubt = doubtOf(pages, days, now);
  if (revoke && doubt) throw new Error(`${doubt} Nothing is revoked.`);
  const keys = pages.flatMap((page) => unusedOf(page, now - days * dayMs));
  if (revoke && !dryRun && !yes)
    throw new Error(`${keys.length} keys would be revoked. Look at them with --dry-run, then use --yes.`);
  const revoked = revoke && !dryRun ? await revokeEach(send, keys) : 0;
  show({ unused: keys, revoked });
  if (doubt) console.error(doubt);
}

async function revokeEach(send: SendSigned, keys: readonly ListedKey[]): Promise<number> {
  for (const [index, { keyId }] of keys.entries()) {
    try {
      await send('DELETE', `/${keyId}`);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : 'no answer';
      const message = `${index} of ${keys.length} keys are revoked. Revoke ${keyId} by its id, then run this again: ${reason}`;
      throw new Error(message, { cause });
    }
  }
  return keys.length;
}

/** Why a key without a recorded use may have been used all the same. */
function doubtOf(pages: readonly KeyPage[], days: number, now: number): string | undefined {
  for (const { keys, usageRecordedSince: since, usageRecordedUntil: until } of pages) {
    if (keys.length === 0) continue; // it tells nothing of uses
    if (since === undefined || until === undefined)
      return 'It is not known since when uses are recorded: send a request with any key, then run this again.';
    if (!(Date.parse(since) < now - days * dayMs))
      return `Uses are recorded since ${since}, which is less than ${days} days.`;
    if (!(Date.parse(until) > now - silentMs))
      return `No use of any key was recorded since ${until}: send a request with a key, then run this again.`;
  }
  return undefined;
}

/** The keys of a page that were there, unused, and looked after since before. A time that is none proves nothing. */
function unusedOf({ keys, usageRecordedSince: since = '' }: KeyPage, before: number): ListedKey[] {
  if (!(Date.parse(since) < before)) return [];
  return keys.filter(
    ({ createdAt = '', lastUsedAt }) =>
      Date.parse(createdAt) < before && (lastUsedAt === undefined || Date.parse(lastUsedAt) + uncertainMs < before),
  );
}
