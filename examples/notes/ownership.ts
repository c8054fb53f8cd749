import type { Caller } from 'scalekit-api-keys-aws/caller';

/** The attributes that identify a row's owner. */
export interface Ownership {
  readonly organizationId: string;
  readonly userId?: string;
  readonly environment?: string;
}

/**
 * The attributes of every row that a caller may read or write. They come from the caller's key only, never from the request:
 * an organization's key has the organization's rows, a user's key only its user's, and the claim `environment` narrows either.
 */
export function ownershipOf({ organizationId, userId, customClaims }: Caller): Ownership {
  const environment = Object.hasOwn(customClaims, 'environment') ? customClaims['environment'] : undefined;
  return {
    organizationId,
    ...(userId === undefined ? {} : { userId }),
    ...(environment === undefined ? {} : { environment }),
  };
}

/** Whether a row has all attributes of an ownership. */
export function isWithin(row: Ownership, ownership: Ownership): boolean {
  return Object.entries(ownership).every(([name, value]) => row[name as keyof Ownership] === value);
}
