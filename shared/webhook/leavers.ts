import * as z from 'zod';
import { type Failure, invalid } from '../failure.ts';
import { fail, ok, type Result } from '../result.ts';
import type { ScalekitEvent } from './event.ts';

/** A user who left, or an organization that was deleted, and the event that reports it. */
export interface Leavers {
  readonly organizationId: string;
  /** Without a user and an email address, all keys of the organization are meant. */
  readonly userId?: string | undefined;
  /** For a directory user, whose event has no user id. */
  readonly email?: string | undefined;
  readonly event: Pick<ScalekitEvent, 'id' | 'type' | 'occurred_at'>;
  /** When the event was first handled (ms since the epoch), if it comes from the work queue. */
  readonly firstHandledAt?: number | undefined;
}

/** A non-empty string. Any other value counts as absent: Scalekit also sends `""` and null. */
const Name = z.string().min(1).optional().catch(undefined);
const Named = z.object({ id: Name }).optional().catch(undefined);

/** The names in an event's data. Data of another shape names nobody. A directory user's `organization` is a string. */
const Data = z
  .object({
    id: Name,
    organization_id: Name,
    user_id: Name,
    email: Name,
    active: z.unknown().optional(),
    user: Named,
    organization: Named,
  })
  .catch({});

/**
 * The leavers that an event reports; `undefined` if the event concerns no keys. An event that names nobody is an
 * `invalid_request`.
 */
export function leaversOf({ data, organization_id, ...event }: ScalekitEvent): Result<Leavers | undefined, Failure> {
  const names = Data.parse(data);
  const organizationId = Name.parse(organization_id) ?? names.organization_id ?? names.organization?.id;
  const inOrganization = (organizationId: string | undefined, who: Pick<Leavers, 'userId' | 'email'>) =>
    organizationId === undefined
      ? fail(invalid('organization_id', 'names no organization'))
      : ok({ organizationId, ...who, event });
  switch (event.type) {
    case 'organization.deleted':
      return inOrganization(names.id ?? organizationId, {});
    case 'user.organization_membership_deleted': {
      const userId = names.user_id ?? names.user?.id ?? (names.id?.startsWith('usr_') ? names.id : undefined);
      return userId === undefined
        ? fail(invalid('data.user_id', 'names no user'))
        : inOrganization(organizationId, { userId });
    }
    case 'organization.directory.user_updated':
      // Many directories never delete users who leave, but make them inactive.
      if (names.active !== false) return ok(undefined);
      break;
    case 'organization.directory.user_deleted':
      break;
    default:
      return ok(undefined);
  }
  const { email } = names;
  return email === undefined ? fail(invalid('data.email', 'names no user')) : inOrganization(organizationId, { email });
}
