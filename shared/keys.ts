import { type Actor, isOperator } from './actor.ts';
import {
  type AmendedKey,
  amend,
  hasBoundary,
  type KeyChange,
  type KeyRequest,
  mint,
  requireScope,
  sees,
} from './authority.ts';
import type { AuthorizerCache } from './authorizer-cache.ts';
import type { CallFailure } from './call-policy.ts';
import { type Failure, invalid } from './failure.ts';
import { type Key, toKey } from './key.ts';
import { fail, ok, type Result } from './result.ts';
import type { KeyInfo, Scalekit } from './scalekit.ts';

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

/** The operations on keys, each under the authority of its actor. What a scope is said to be needed for, operators need none for. */
export interface Keys {
  /** Needs `keys:write`. The plain key is in this answer and nowhere else. */
  create(request: KeyRequest, actor: Actor): Promise<Result<{ readonly key: string } & Key, Failure>>;
  /** Needs `keys:read`. Active keys that the caller can see. */
  list(
    filter: { userId?: string | undefined; pageSize: number; pageToken?: string | undefined },
    actor: Actor,
  ): Promise<Result<KeyList, Failure>>;
  /** Needs `keys:read`. What the caller can't see, or is not active, is `not_found`. */
  get(keyId: string, actor: Actor): Promise<Result<Key, Failure>>;
  /** Needs `keys:write`, and authority over the key. Answers with the key as it came to be; `not_applied` when that differs. */
  update(keyId: string, change: KeyChange, actor: Actor): Promise<Result<Key, Failure>>;
  /** Needs `keys:write`. Afterwards nothing that the caller can see is active under the id; what it can't see stays. */
  revoke(keyId: string, actor: Actor): Promise<Result<void, Failure>>;
}

/**
 * Makes the operations on the keys of a Scalekit. Those that revoke or change a key need the cache of the authorizer's
 * decisions, to end what it still holds of the key.
 */
export function createKeys(scalekit: Scalekit, cache?: AuthorizerCache): Keys {
  async function find(keyId: string, actor: Actor): Promise<Result<KeyInfo, Failure>> {
    const found = await scalekit.validate(keyId);
    if (!found.ok) return fail(found.failure.kind === 'refused' ? { kind: 'not_found' } : found.failure);
    return sees(actor, found.value) ? found : fail({ kind: 'not_found' });
  }

  return {
    async create(request, actor) {
      const scoped = requireScope(actor, 'keys:write');
      if (!scoped.ok) return scoped;
      const minted = mint(actor, request);
      if (!minted.ok) return minted;
      const created = await scalekit.create(minted.value);
      if (created.ok) return ok({ key: created.value.key, ...toKey(created.value.info) });
      if (minted.value.userId !== undefined)
        return fail(toFailure(created.failure, 'userId', 'is not a user of the organization'));
      return fail(
        isOperator(actor)
          ? toFailure(created.failure, 'organizationId', 'is not an organization that Scalekit knows')
          : toFailure(created.failure, '', 'Scalekit refuses to make this key'),
      );
    },

    async list({ userId, pageSize, pageToken }, actor) {
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
        if (!page.ok) return fail(toFailure(page.failure, fieldOf({ pageToken, userId }), 'is not known here'));
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

    async get(keyId, actor) {
      const scoped = requireScope(actor, 'keys:read');
      if (!scoped.ok) return scoped;
      const found = await find(keyId, actor);
      return found.ok ? ok(toKey(found.value)) : found;
    },

    async update(keyId, change, actor) {
      const scoped = requireScope(actor, 'keys:write');
      if (!scoped.ok) return scoped;
      const found = await find(keyId, actor);
      if (!found.ok) return found;
      const amended = amend(actor, found.value, change);
      if (!amended.ok) return amended;
      const updated = await scalekit.update(keyId, amended.value);
      if (!updated.ok) {
        return fail(updated.failure.kind === 'refused' ? { kind: 'not_found' } : updated.failure);
      }
      const flushed = cache ? await cache.flush() : ok(undefined);
      if (!flushed.ok) return flushed;
      return isApplied(amended.value, updated.value) ? ok(toKey(updated.value)) : fail({ kind: 'not_applied' });
    },

    async revoke(keyId, actor) {
      const scoped = requireScope(actor, 'keys:write');
      if (!scoped.ok) return scoped;
      const found = await scalekit.validate(keyId);
      if (!found.ok && found.failure.kind !== 'refused') return fail(found.failure);
      if (found.ok && sees(actor, found.value)) {
        const invalidated = await scalekit.invalidate(keyId);
        if (!invalidated.ok) return fail(toFailure(invalidated.failure, 'keyId', 'can not be revoked'));
      }
      // Also where nothing was found: it may be a repeat of a revocation whose flush failed. And where nothing was
      // seen, so that the time an answer takes does not tell what else there is.
      return cache ? cache.flush() : ok(undefined);
    },
  };
}

/** The field of a list request that Scalekit would not take: the cursor, which fits one user's list only, before the user. */
function fieldOf({ pageToken, userId }: { pageToken?: string | undefined; userId?: string | undefined }): string {
  if (pageToken !== undefined) return 'pageToken';
  return userId === undefined ? '' : 'userId';
}

/** Tells whether a key has the claims and the description that it was given, and no other claim. */
function isApplied(asked: AmendedKey, key: KeyInfo): boolean {
  const description = asked.description ?? key.description ?? '';
  const names = Object.keys(asked.customClaims);
  return (
    (key.description ?? '') === description &&
    names.length === Object.keys(key.customClaims).length &&
    names.every((name) => Object.hasOwn(key.customClaims, name) && key.customClaims[name] === asked.customClaims[name])
  );
}

function toFailure(failure: CallFailure, path: string, message: string): Failure {
  return failure.kind === 'refused' ? invalid(path, message) : failure;
}
