import type { KeyInfo } from '../key.ts';
import { fail, ok, type Result } from '../result.ts';
import type { CallKind } from '../scalekit/call-policy.ts';
import type { KeyDirectory } from '../scalekit/scalekit.ts';
import type { CallFailure } from '../scalekit/verdict.ts';

/** The largest of Scalekit's pages. */
export const largestPage = 30;

/** Whose keys are looked through. */
export interface KeyOwner {
  readonly organizationId: string;
  readonly userId?: string | undefined;
}

/** The active keys that a search has looked at. */
export interface FoundKeys {
  readonly keys: KeyInfo[];
  /** How many it had no time to look at; all of them are looked at when it is 0. */
  readonly unseen: number;
  /** The page to go on with; absent when all are looked at. */
  readonly next?: string;
}

/** Reads all active keys of an organization, or of one of its users. What is not done by `until` (ms since the epoch) is an outage. */
export async function allKeys(
  scalekit: KeyDirectory,
  whose: KeyOwner,
  until: number,
): Promise<Result<KeyInfo[], CallFailure>> {
  const found = await searchKeys(scalekit, whose, until, undefined, {});
  if (!found.ok) return found;
  if (found.value.unseen === 0) return ok(found.value.keys);
  const cause = new Error('there are too many keys to look through in time');
  return fail({ kind: 'upstream_unavailable', reason: 'unreachable', cause });
}

/**
 * As {@link allKeys}, but what was looked at by `until` is found; it begins with a page where an earlier search stopped. By default
 * it waits for a rate limit: revocations go by what it finds.
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
