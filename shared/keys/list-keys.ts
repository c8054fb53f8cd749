import { type Actor, type Initiator, isOperator } from '../authentication/actor.ts';
import { hasBoundary, requireScope, sees } from '../authorization/sight.ts';
import { type Failure, invalid } from '../failure.ts';
import { type Key, toKey } from '../key.ts';
import { fail, ok, type Result } from '../result.ts';
import { refusedAs } from '../scalekit/call-policy.ts';
import type { KeyDirectory } from '../scalekit/scalekit.ts';
import { withoutUndefined } from '../without-undefined.ts';
import { largestPage } from './key-search.ts';
import type { KeyReading } from './key-services.ts';

/** One page of keys. It may be short, or even empty, while there is a `nextPageToken`. */
export interface KeyList {
  readonly keys: readonly Key[];
  readonly nextPageToken?: string;
  /** Absent for a caller with boundary claims: Scalekit also counts keys that such a caller cannot see. */
  readonly totalCount?: number;
}

/** The requested page. */
export interface ListRequest {
  readonly userId?: string | undefined;
  readonly pageSize: number;
  readonly pageToken?: string | undefined;
}

/** No further page is requested after this long. */
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
  if (hasBoundary(actor)) return listVisible(scalekit, { ...request, userId }, actor);
  const { pageSize, pageToken } = request;
  const page = await scalekit.list(actor.organizationId, { pageSize, userId, pageToken });
  if (!page.ok)
    return fail(refusedAs(page.failure, fieldOf(request), 'is not valid: use the nextPageToken of an answer'));
  const { nextPageToken, totalCount } = page.value;
  const keys = page.value.keys.filter((key) => sees(actor, key)).map(toKey);
  return ok(withoutUndefined({ keys, nextPageToken, totalCount }));
}

/**
 * Lists keys for a caller with boundary claims. It must not learn how many keys it cannot see. So its page size does not set the
 * size of the pages that are read, and a page is cut short, or empty, only if time runs out.
 */
async function listVisible(
  scalekit: KeyDirectory,
  request: ListRequest,
  actor: Actor,
): Promise<Result<KeyList, Failure>> {
  const enoughAt = Date.now() + maxListMs;
  const place = readToken(request.pageToken);
  if (!place) return fail(invalid('pageToken', 'is not known here'));
  let { page: pageToken, after } = place;
  const keys: Key[] = [];
  for (;;) {
    const { userId } = request;
    const page = await scalekit.list(actor.organizationId, { pageSize: largestPage, userId, pageToken });
    if (!page.ok) return fail(refusedAs(page.failure, fieldOf(request), 'is not known here'));
    const visible = page.value.keys.filter((key) => sees(actor, key));
    // If the last shown key is gone, the page is shown again: twice is better than never.
    const rest = visible.slice(visible.findIndex(({ keyId }) => keyId === after) + 1);
    const shown = rest.slice(0, request.pageSize - keys.length);
    keys.push(...shown.map(toKey));
    if (shown.length < rest.length)
      return ok({ keys, nextPageToken: writeToken({ page: pageToken, after: keys.at(-1)?.keyId }) });
    pageToken = page.value.nextPageToken;
    after = undefined;
    if (pageToken === undefined) return ok({ keys });
    if (keys.length === request.pageSize || Date.now() >= enoughAt)
      return ok({ keys, nextPageToken: writeToken({ page: pageToken }) });
  }
}

/** Where a list continues: on one of Scalekit's pages, after a key. */
interface ListPlace {
  readonly page?: string | undefined;
  readonly after?: string | undefined;
}

function writeToken({ page = '', after = '' }: ListPlace): string {
  return Buffer.from(JSON.stringify([page, after])).toString('base64url');
}

function readToken(token: string | undefined): ListPlace | undefined {
  if (token === undefined) return {};
  try {
    const [page, after] = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (typeof page !== 'string' || typeof after !== 'string') return undefined;
    return { page: page || undefined, after: after || undefined };
  } catch {
    return undefined;
  }
}

/**
 * The field of a list request that Scalekit refused: the page token, if there is one, because it fits one user's list only;
 * otherwise the user.
 */
function fieldOf({ pageToken, userId }: ListRequest): string {
  if (pageToken !== undefined) return 'pageToken';
  return userId === undefined ? '' : 'userId';
}
