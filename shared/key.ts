import { type Claims, isSuspended, scopeOf } from './key-claims.ts';

/** A key as Scalekit describes it, without the plain key. */
export interface KeyInfo {
  readonly keyId: string;
  readonly organizationId: string;
  readonly organizationExternalId?: string;
  readonly userId?: string;
  readonly userExternalId?: string;
  /** Only for matching; it is never shown. */
  readonly userEmail?: string;
  readonly description?: string;
  readonly customClaims: Readonly<Record<string, string>>;
  readonly roles: readonly string[];
  /** RFC 3339; absent for a key that does not expire. */
  readonly expiresAt?: string;
  /** RFC 3339. */
  readonly createdAt?: string;
  /** The last four characters of the plain key. */
  readonly suffix: string;
}

/** A key that was just made, with the plain key. */
export interface CreatedKey {
  readonly key: string;
  readonly info: KeyInfo;
}

/** The new values of a changed key. */
export interface AmendedKey {
  /** The whole map. Absent when no claim changes, so that a concurrent change is not undone. */
  readonly customClaims?: Claims;
  readonly description?: string;
}

/** The fields of a key that decide which actors may see it. */
export interface Bounded {
  readonly organizationId: string;
  readonly userId?: string;
  readonly customClaims: Claims;
}

/** The fields of a key that decide which actors may change it. */
export interface Governed extends Bounded {
  readonly expiresAt?: string;
}

/** A key that its actor may create. */
export interface NewKey extends Governed {
  readonly description?: string;
}

/** A key as this API shows it. */
export interface Key extends Omit<KeyInfo, 'userEmail'> {
  /** A copy of the scope claim; absent for a key without scope. */
  readonly scope?: string;
  /** Present while the key is suspended. */
  readonly suspended?: true;
}

export function toKey({ userEmail: _userEmail, ...info }: KeyInfo): Key {
  const scope = scopeOf(info).join(' ');
  return { ...info, ...(scope === '' ? {} : { scope }), ...(isSuspended(info) ? { suspended: true } : {}) };
}
