import type { Initiator } from '../authentication/actor.ts';
import { type Actor, isOperator } from '../authentication/actor.ts';
import { hasBoundary, requireScope, sees } from '../authorization/authority.ts';
import type { Failure } from '../failure.ts';
import type { KeyInfo } from '../key.ts';
import { type Key, toKey } from '../key.ts';
import { fail, ok, type Result } from '../result.ts';
import { refusedAs } from '../scalekit/call-policy.ts';
import type { Scalekit } from '../scalekit/scalekit.ts';

/** One page of keys; it may be short, or even empty, while `nextPageToken` is there. */
export interface KeyList {
  readonly keys: readonly Key[];
  readonly nextPageToken?: string;
  /** Absent for a caller that is bound by claims: Scalekit counts what such a caller can't see. */
  readonly totalCount?: number;
}

/** How many of Scalekit's pages one list call may look through for keys that the caller can see. */
const maxPagesRead = 10;

/** No further page is begun after this long. */
const maxListMs = 3_000;

/** Reads keys, under the authority of whoever asks. Operators need no scope. */
export interface KeyReader {
  /** Needs `keys:read`. Active keys that the caller can see. */
  list(
    filter: { userId?: string | undefined; pageSize: number; pageToken?: string | undefined },
    by: Initiator,
  ): Promise<Result<KeyList, Failure>>;
  /** Needs `keys:read`. What the caller can't see, or is not active, is `not_found`. */
  get(keyId: string, by: Initiator): Promise<Result<Key, Failure>>;
}

export function createKeyReader(scalekit: Scalekit): KeyReader {
  return {
    async list({ userId, pageSize, pageToken }, { actor }) {
      const scoped = requireScope(actor, 'keys:read');
      if (!scoped.ok) return scoped;
      const ownUser = isOperator(actor) ? undefined : actor.userId;
      if (ownUser !== undefined && userId !== undefined && userId !== ownUser) return ok({ keys: [] });
      const user = ownUser ?? userId;
      let next = pageToken;
      const enoughAt = Date.now() + maxListMs;
      for (let pagesRead = 1; ; pagesRead++) {
        const page = await scalekit.list(actor.organizationId, {
          pageSize,
          ...(user === undefined ? {} : { userId: user }),
          ...(next === undefined ? {} : { pageToken: next }),
        });
        if (!page.ok) return fail(refusedAs(page.failure, fieldOf({ pageToken, userId }), 'is not known here'));
        const keys = page.value.keys.filter((key) => sees(actor, key)).map(toKey);
        next = page.value.nextPageToken;
        if (keys.length === 0 && next !== undefined && pagesRead < maxPagesRead && Date.now() < enoughAt) continue;
        return ok({
          keys,
          ...(next === undefined ? {} : { nextPageToken: next }),
          ...(hasBoundary(actor) ? {} : { totalCount: page.value.totalCount }),
        });
      }
    },

    async get(keyId, { actor }) {
      const scoped = requireScope(actor, 'keys:read');
      if (!scoped.ok) return scoped;
      const found = await findKey(scalekit, keyId, actor);
      return found.ok ? ok(toKey(found.value)) : found;
    },
  };
}

/** The active key of an id; what the actor can't see is `not_found`. */
export async function findKey(scalekit: Scalekit, keyId: string, actor: Actor): Promise<Result<KeyInfo, Failure>> {
  const found = await scalekit.validate(keyId);
  if (!found.ok) return fail(found.failure.kind === 'refused' ? { kind: 'not_found' } : found.failure);
  return sees(actor, found.value) ? found : fail({ kind: 'not_found' });
}

/** The field of a list request that Scalekit would not take: the cursor, which fits one user's list only, before the user. */
function fieldOf({ pageToken, userId }: { pageToken?: string | undefined; userId?: string | undefined }): string {
  if (pageToken !== undefined) return 'pageToken';
  return userId === undefined ? '' : 'userId';
}
