import type { Caller } from 'scalekit-api-keys-aws/caller';

/** What tells whose a row is. */
export interface Ownership {
  readonly organizationId: string;
  readonly userId?: string;
  readonly environment?: string;
}

/**
 * What every row has that a caller may read or write, from its key and from nothing that a client sends: an organization's key
 * has the organization's rows, a user's key only its user's, and the claim `environment` narrows either.
 */
export function ownershipOf({ organizationId, userId, customClaims }: Caller): Ownership {
  const environment = Object.hasOwn(customClaims, 'environment') ? customClaims['environment'] : undefined;
  return {
    organizationId,
    ...(userId === undefined ? {} : { userId }),
    ...(environment === undefined ? {} : { environment }),
  };
}

/** Whether a row lies within an ownership. */
export function isWithin(row: Ownership, ownership: Ownership): boolean {
  return Object.entries(ownership).every(([name, value]) => row[name as keyof Ownership] === value);
}
