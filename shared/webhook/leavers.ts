import * as z from 'zod';
import { type Failure, invalid } from '../failure.ts';
import { fail, ok, type Result } from '../result.ts';
import type { ScalekitEvent } from './event.ts';

/** Users who left, or an organization that is gone, and the event that reports it. */
export interface Leavers {
  readonly organizationId: string;
  /** Without user and email all keys of the organization are meant. */
  readonly userId?: string | undefined;
  /** Of a directory's user, which has no id of ours. */
  readonly email?: string | undefined;
  readonly event: Pick<ScalekitEvent, 'id' | 'type' | 'occurred_at'>;
  /** When the event was first handled (ms since the epoch), where it was on the work queue since. */
  readonly firstHandledAt?: number | undefined;
}

/** A string that names something; whatever else stands in its place is as good as absent. Scalekit sends `""` and null too. */
const Name = z.string().min(1).optional().catch(undefined);
const Named = z.object({ id: Name }).optional().catch(undefined);

/** The names in an event's data; what is of another shape names nobody. A directory user's `organization` is a string. */
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

/** Whom an event reports as gone; `undefined` for one that concerns no keys. One that names nobody is an `invalid_request`. */
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
      // Many directories never delete the users who leave: they make them inactive.
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
