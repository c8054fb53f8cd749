import { type Failure, invalid } from '../failure.ts';
import { fail, ok, type Result } from '../result.ts';
import type { ScalekitEvent } from './event.ts';

/** Whose keys an event concerns. */
export interface Concerned {
  readonly organizationId: string;
  readonly userId?: string;
  /** Of a directory's user, which has no id of ours. */
  readonly email?: string;
}

/** Whom an event concerns; `undefined` for a type that concerns no keys. One that names nobody is an `invalid_request`. */
export function concernedBy(event: ScalekitEvent): Result<Concerned | undefined, Failure> {
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
