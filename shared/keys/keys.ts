import { causedBy } from '../audit/audit.ts';
import type { Mutations } from '../audit/mutations.ts';
import type { Initiator } from '../authentication/actor.ts';
import { isOperator } from '../authentication/actor.ts';
import { amend, type KeyChange, type KeyRequest, mint, requireScope, sees } from '../authorization/authority.ts';
import { type AuthorizerCache, flushIfCached } from '../aws/authorizer-cache.ts';
import type { Failure } from '../failure.ts';
import type { KeyInfo } from '../key.ts';
import { type AmendedKey, type Key, toKey } from '../key.ts';
import { hasSameClaims } from '../key-claims.ts';
import { fail, ok, type Result } from '../result.ts';
import { refusedAs } from '../scalekit/call-policy.ts';
import type { Scalekit } from '../scalekit/scalekit.ts';
import { findKey } from './key-reader.ts';
import { requireStanding } from './standing.ts';
import { operationMs } from './time-limits.ts';
import { withdraw } from './withdrawal.ts';

/** The operations on keys, each under the authority of its initiator's actor. What a scope is said to be needed for, operators need none for. */
export interface Keys {
  /** Needs `keys:write`. The plain key is in this answer and nowhere else. */
  create(request: KeyRequest, by: Initiator): Promise<Result<{ readonly key: string } & Key, Failure>>;
  /** Needs `keys:write`, and authority over the key. Answers with the key as it came to be; `not_applied` when that differs. */
  update(keyId: string, change: KeyChange, by: Initiator): Promise<Result<Key, Failure>>;
  /** Needs `keys:write`. Afterwards nothing that the caller can see is active under the id; what it can't see stays. */
  revoke(keyId: string, by: Initiator): Promise<Result<void, Failure>>;
}

/**
 * Makes the operations on the keys of a Scalekit. Those that revoke or change a key need the cache of the authorizer's
 * decisions, to end what it still holds of the key.
 */
export function createKeys(scalekit: Scalekit, mutations: Mutations, cache?: AuthorizerCache): Keys {
  return {
    async create(request, by) {
      const { actor } = by;
      const scoped = requireScope(actor, 'keys:write');
      if (!scoped.ok) return scoped;
      const minted = mint(actor, request);
      if (!minted.ok) return minted;
      const created = await mutations.create(minted.value, causedBy(by, 'requested'));
      if (created.ok) {
        const stands = await requireStanding(scalekit, actor);
        if (!stands.ok) return withdraw(mutations, created.value.info, stands.failure, by);
        return ok({ key: created.value.key, ...toKey(created.value.info) });
      }
      if (minted.value.userId !== undefined)
        return fail(refusedAs(created.failure, 'userId', 'is not a user of the organization'));
      return fail(
        isOperator(actor)
          ? refusedAs(created.failure, 'organizationId', 'is not an organization that Scalekit knows')
          : refusedAs(created.failure, '', 'Scalekit refuses to make this key'),
      );
    },

    async update(keyId, change, by) {
      const { actor } = by;
      const flushBy = Date.now() + operationMs;
      const scoped = requireScope(actor, 'keys:write');
      if (!scoped.ok) return scoped;
      const [stands, found] = await Promise.all([requireStanding(scalekit, actor), findKey(scalekit, keyId, actor)]);
      if (!stands.ok) return stands;
      if (!found.ok) return found;
      const amended = amend(actor, found.value, change);
      if (!amended.ok) return amended;
      const updated = await mutations.update(found.value, amended.value, causedBy(by, 'requested'));
      if (!updated.ok) {
        return fail(updated.failure.kind === 'refused' ? { kind: 'not_found' } : updated.failure);
      }
      const flushed = await flushIfCached(cache, flushBy);
      if (!flushed.ok) return flushed;
      return isApplied(amended.value, updated.value) ? ok(toKey(updated.value)) : fail({ kind: 'not_applied' });
    },

    async revoke(keyId, by) {
      const { actor } = by;
      const flushBy = Date.now() + operationMs;
      const scoped = requireScope(actor, 'keys:write');
      if (!scoped.ok) return scoped;
      const found = await scalekit.validate(keyId);
      if (!found.ok && found.failure.kind !== 'refused') return fail(found.failure);
      if (found.ok && sees(actor, found.value)) {
        const invalidated = await mutations.revoke(found.value, causedBy(by, 'requested'));
        if (!invalidated.ok) return fail(refusedAs(invalidated.failure, 'keyId', 'can not be revoked'));
      }
      // Also where nothing was found: it may be a repeat of a revocation whose flush failed. And where nothing was
      // seen, so that the time an answer takes does not tell what else there is.
      return flushIfCached(cache, flushBy);
    },
  };
}

/** Tells whether a key has the description and the claims that it was given, and no other claim. */
function isApplied({ description, customClaims }: AmendedKey, key: KeyInfo): boolean {
  return (
    (description === undefined || (key.description ?? '') === description) &&
    (customClaims === undefined || hasSameClaims(customClaims, key.customClaims))
  );
}
