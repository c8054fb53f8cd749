import type { Mutations } from '../audit/mutations.ts';
import { type AuthorizerCache, flushIfCached } from '../aws/authorizer-cache.ts';
import { type Failure, invalid, outage } from '../failure.ts';
import type { KeyInfo } from '../key.ts';
import { searchKeys } from '../keys/key-search.ts';
import { bulkMs, lastRevocationAt, searchMs } from '../keys/time-limits.ts';
import { fail, ok, type Result } from '../result.ts';
import { descendantsOf, revokeAll } from '../revocation/revoke-all.ts';
import type { Scalekit } from '../scalekit/scalekit.ts';
import type { ScalekitEvent } from './event.ts';

/** Ends the keys of who leaves. */
export interface Leavers {
  /**
   * Revokes the keys that an event of Scalekit's concerns and that were created before it, so that a repeat or a late event
   * changes nothing that is newer; but of a user who leaves also what those keys made for the same user meanwhile. An event of
   * another type concerns none. Fails exactly when something is left to do.
   */
  handle(event: ScalekitEvent, requestId: string): Promise<Result<{ readonly revoked: number }, Failure>>;
}

/** Whose keys an event concerns. */
interface Concerned {
  readonly organizationId: string;
  readonly userId?: string;
  /** Of a directory's user, which has no id of ours. */
  readonly email?: string;
}

export function createLeavers(scalekit: Scalekit, mutations: Mutations, cache?: AuthorizerCache): Leavers {
  return {
    async handle(event, requestId) {
      const result = concernedBy(event);
      if (!result.ok) return result;
      const concerned = result.value;
      if (concerned === undefined) return ok({ revoked: 0 });
      const startedAt = Date.now();
      const found = await searchKeys(scalekit, concerned, startedAt + searchMs);
      if (!found.ok && found.failure.kind !== 'refused') return fail(found.failure);
      // What Scalekit does not know any more has no active keys.
      const { keys, unseen } = found.ok ? found.value : { keys: [], unseen: 0 };
      const matched = select(keys, concerned, event);
      const cause = { actor: { type: 'scalekit', eventId: event.id }, requestId, reason: event.type } as const;
      const { revoked, failed, remaining } = await revokeAll(
        mutations,
        matched,
        cause,
        lastRevocationAt(startedAt, scalekit, cache),
      );
      const flushed = await flushIfCached(cache, startedAt + bulkMs);
      if (!flushed.ok) return flushed;
      if (failed.length === 0 && remaining === 0 && unseen === 0) return ok({ revoked });
      return fail(outage({ kind: 'incomplete', cause: new Error('keys are left to revoke') }));
    },
  };
}

/** Whom an event concerns; `undefined` for a type that concerns no keys. One that names nobody is an `invalid_request`. */
function concernedBy(event: ScalekitEvent): Result<Concerned | undefined, Failure> {
  const { type, data } = event;
  const isOrganization = type === 'organization.deleted';
  const organizationId =
    (isOrganization ? data.id : undefined) ?? event.organization_id ?? data.organization_id ?? data.organization?.id;
  const userId = data.user_id ?? data.user?.id ?? (data.id?.startsWith('usr_') ? data.id : undefined);
  switch (type) {
    case 'organization.deleted':
      return organizationId === undefined ? fail(invalid('data.id', 'names no organization')) : ok({ organizationId });
    case 'user.organization_membership_deleted':
      if (organizationId === undefined) return fail(invalid('organization_id', 'names no organization'));
      return userId === undefined ? fail(invalid('data.user_id', 'names no user')) : ok({ organizationId, userId });
    case 'organization.directory.user_deleted':
      if (organizationId === undefined) return fail(invalid('organization_id', 'names no organization'));
      return data.email ? ok({ organizationId, email: data.email }) : fail(invalid('data.email', 'names no user'));
    default:
      return ok(undefined);
  }
}

function select(keys: readonly KeyInfo[], { userId, email }: Concerned, event: ScalekitEvent): KeyInfo[] {
  const theirs = keys.filter(
    (key) =>
      (userId === undefined || key.userId === userId) &&
      (email === undefined || key.userEmail?.toLowerCase() === email.toLowerCase()),
  );
  const older = theirs.filter((key) => !(Date.parse(key.createdAt ?? '') > event.occurred_at.getTime()));
  if (userId === undefined && email === undefined) return older;
  const made = descendantsOf(
    older.map(({ keyId }) => keyId),
    theirs,
  );
  return [...older, ...theirs.filter(({ keyId }) => made.has(keyId))];
}
