import type { OperatorClient } from './operator-client.ts';

/** The fields of a key that the commands use. */
export interface ListedKey {
  readonly keyId: string;
  readonly createdAt?: string;
  readonly expiresAt?: string;
  readonly customClaims?: Readonly<Record<string, string>>;
  readonly lastUsedAt?: string;
}

/** The API's answer to a list. */
export interface KeyPage {
  readonly keys: readonly ListedKey[];
  readonly nextPageToken?: string;
  readonly usageRecordedSince?: string;
  readonly usageRecordedUntil?: string;
}

/** Every page of active keys. */
export async function allPages({ send }: OperatorClient, userId?: string): Promise<KeyPage[]> {
  const pages: KeyPage[] = [];
  for (let pageToken: string | undefined; ; ) {
    const query = new URLSearchParams({ pageSize: '30' });
    if (userId !== undefined) query.set('userId', userId);
    if (pageToken !== undefined) query.set('pageToken', pageToken);
    const page = (await send('GET', `?${query.toString()}`)) as KeyPage;
    pages.push(page);
    if (page.nextPageToken === undefined) return pages;
    pageToken = page.nextPageToken;
  }
}

/** The given keys, and the keys that they made or were rotated to, and so on. A maker comes before what it made. */
export function familyOf(keyIds: readonly string[], pages: readonly KeyPage[]): string[] {
  const family = new Set(keyIds);
  const keys = pages.flatMap((page) => page.keys);
  for (const id of family) // grows while it is read
    for (const { keyId, customClaims = {} } of keys)
      if ([customClaims['issued_by'], customClaims['rotated_from']].includes(id)) family.add(keyId);
  return [...family];
}

/** The keys that end within some time, the soonest first. */
export function expiringWithin(seconds: number, pages: readonly KeyPage[], now: number = Date.now()): ListedKey[] {
  const endOf = ({ expiresAt = '' }: ListedKey) => Date.parse(expiresAt);
  return pages
    .flatMap((page) => page.keys)
    .filter((key) => endOf(key) <= now + seconds * 1_000)
    .sort((one, other) => endOf(one) - endOf(other));
}
