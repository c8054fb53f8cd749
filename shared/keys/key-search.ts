import type { KeyInfo } from '../key.ts';
import { fail, ok, type Result } from '../result.ts';
import type { CallKind } from '../scalekit/call-policy.ts';
import type { KeyDirectory } from '../scalekit/scalekit.ts';
import type { CallFailure } from '../scalekit/verdict.ts';

/** The size of Scalekit's largest page. */
export const largestPage = 30;

/** The owner of the keys in a search. */
export interface KeyOwner {
  readonly organizationId: string;
  readonly userId?: string | undefined;
}

/** The active keys that a search has read. */
export interface FoundKeys {
  readonly keys: KeyInfo[];
  /** The number of keys that it had no time to read; 0 if it has read all. */
  readonly unseen: number;
  /** The page to continue with; absent if it has read all. */
  readonly next?: string;
}

/**
 * Reads all active keys of an organization, or of one of its users. If that is not done by `until` (ms since the epoch), it is an
 * outage.
 */
export async function allKeys(
  scalekit: KeyDirectory,
  whose: KeyOwner,
  until: number,
): Promise<Result<KeyInfo[], CallFailure>> {
  const found = await searchKeys(scalekit, whose, until, undefined, {});
  if (!found.ok) return found;
  if (found.value.unseen === 0) return ok(found.value.keys);
  const cause = new Error('there are too many keys to read in time');
  return fail({ kind: 'upstream_unavailable', reason: 'unreachable', cause });
}

/**
 * Like {@link allKeys}, but returns the keys that were read by `until`. It begins at the page where an earlier search stopped. By
 * default it waits for a rate limit, because revocations depend on it.
 */
export async function searchKeys(
  scalekit: KeyDirectory,
  { organizationId, userId }: KeyOwner,
  until: number,
  from?: string,
  kind: CallKind = { waitsForLimit: true },
): Promise<Result<FoundKeys, CallFailure>> {
  const keys: KeyInfo[] = [];
  for (let pageToken = from; ; ) {
    const page = await scalekit.list(organizationId, { pageSize: largestPage, userId, pageToken }, kind);
    if (!page.ok) return page;
    keys.push(...page.value.keys);
    pageToken = page.value.nextPageToken;
    if (pageToken === undefined) return ok({ keys, unseen: 0 });
    const unseen = Math.max(1, page.value.totalCount - keys.length);
    if (Date.now() >= until) return ok({ keys, unseen, next: pageToken });
  }
}
