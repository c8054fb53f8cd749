import type { Actor } from '../authentication/actor.ts';
import { sees } from '../authorization/sight.ts';
import type { Failure, Outage } from '../failure.ts';
import type { KeyInfo } from '../key.ts';
import { fail, ok, type Result } from '../result.ts';
import type { KeyDirectory } from '../scalekit/scalekit.ts';
import { largestPage } from './key-search.ts';
import { searchMs } from './time-limits.ts';

/** Finds an active key by its id; a key that the actor cannot see is `not_found`. */
export async function findKey(scalekit: KeyDirectory, keyId: string, actor: Actor): Promise<Result<KeyInfo, Failure>> {
  const found = await scalekit.lookUp(keyId);
  if (!found.ok) return found;
  return found.value && sees(actor, found.value) ? ok(found.value) : fail({ kind: 'not_found' });
}

/**
 * Looks up a key that is to be revoked, of any organization. If the look-up fails, searches the keys of the actor's organization,
 * because lists may still work. If the key is not among them, fails as the look-up did: the key may be another organization's,
 * and only a look-up can report that a key is not active.
 */
export async function findKeyToEnd(
  scalekit: KeyDirectory,
  keyId: string,
  { organizationId }: Actor,
): Promise<Result<KeyInfo | undefined, Outage>> {
  const found = await scalekit.lookUp(keyId, { waitsForLimit: true });
  if (found.ok) return found;
  const until = Date.now() + searchMs;
  let pageToken: string | undefined;
  do {
    const asked = { pageSize: largestPage, pageToken };
    const page = await scalekit.list(organizationId, asked, { waitsForLimit: true });
    if (!page.ok) return found;
    const key = page.value.keys.find((one) => one.keyId === keyId && one.organizationId === organizationId);
    if (key) return ok(key);
    pageToken = page.value.nextPageToken;
  } while (pageToken !== undefined && Date.now() < until);
  return found;
}
