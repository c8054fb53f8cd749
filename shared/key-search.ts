import type { CallFailure } from './call-policy.ts';
import { fail, ok, type Result } from './result.ts';
import type { KeyInfo, Scalekit } from './scalekit.ts';

/** The largest of Scalekit's pages. */
const pageSize = 30;

/** Reads all active keys of an organization, or of one of its users. What is not done by `until` (ms since the epoch) is an outage. */
export async function allKeys(
  scalekit: Scalekit,
  { organizationId, userId }: { readonly organizationId: string; readonly userId?: string | undefined },
  until: number,
): Promise<Result<KeyInfo[], CallFailure>> {
  const keys: KeyInfo[] = [];
  for (let pageToken: string | undefined; ; ) {
    const page = await scalekit.list(organizationId, {
      pageSize,
      ...(userId === undefined ? {} : { userId }),
      ...(pageToken === undefined ? {} : { pageToken }),
    });
    if (!page.ok) return page;
    keys.push(...page.value.keys);
    pageToken = page.value.nextPageToken;
    if (pageToken === undefined) return ok(keys);
    if (Date.now() >= until) {
      const cause = new Error('the organization has too many keys to look through in time');
      return fail({ kind: 'upstream_unavailable', reason: 'unreachable', cause });
    }
  }
}
