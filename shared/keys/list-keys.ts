import { type Initiator, isOperator } from '../authentication/actor.ts';
import { hasBoundary, requireScope, sees } from '../authorization/sight.ts';
import type { Failure } from '../failure.ts';
import { type Key, toKey } from '../key.ts';
import { fail, ok, type Result } from '../result.ts';
import { refusedAs } from '../scalekit/call-policy.ts';
import { withoutUndefined } from '../without-undefined.ts';
import type { KeyReading } from './key-services.ts';

/** One page of keys; it may be short, or even empty, while `nextPageToken` is there. */
export interface KeyList {
  readonly keys: readonly Key[];
  readonly nextPageToken?: string;
  /** Absent for a caller that is bound by claims: Scalekit also counts keys that such a caller cannot see. */
  readonly totalCount?: number;
}

/** Which page is asked for. */
export interface ListRequest {
  readonly userId?: string | undefined;
  readonly pageSize: number;
  readonly pageToken?: string | undefined;
}

/** How many of Scalekit's pages one request may look through for keys that the caller can see. */
const maxPagesRead = 10;

/** No further page is begun after this long. */
const maxListMs = 3_000;

/** Lists the active keys that the caller can see, one page per request. Needs `keys:read`. */
export async function listKeys(
  { scalekit }: Pick<KeyReading, 'scalekit'>,
  request: ListRequest,
  { actor }: Initiator,
): Promise<Result<KeyList, Failure>> {
  const scoped = requireScope(actor, 'keys:read');
  if (!scoped.ok) return scoped;
  const ownUser = isOperator(actor) ? undefined : actor.userId;
  if (ownUser !== undefined && request.userId !== undefined && request.userId !== ownUser) return ok({ keys: [] });
  const userId = ownUser ?? request.userId;
  const enoughAt = Date.now() + maxListMs;
  let { pageToken } = request;
  for (let pagesRead = 1; ; pagesRead++) {
    const page = await scalekit.list(actor.organizationId, { pageSize: request.pageSize, userId, pageToken });
    if (!page.ok) return fail(refusedAs(page.failure, fieldOf(request), 'is not known here'));
    const keys = page.value.keys.filter((key) => sees(actor, key)).map(toKey);
    pageToken = page.value.nextPageToken;
    if (keys.length === 0 && pageToken !== undefined && pagesRead < maxPagesRead && Date.now() < enoughAt) continue;
    const totalCount = hasBoundary(actor) ? undefined : page.value.totalCount;
    return ok(withoutUndefined({ keys, nextPageToken: pageToken, totalCount }));
  }
}

/** The field of a list request that Scalekit would not take: the cursor, which fits one user's list only, before the user. */
function fieldOf({ pageToken, userId }: ListRequest): string {
  if (pageToken !== undefined) return 'pageToken';
  return userId === undefined ? '' : 'userId';
}
