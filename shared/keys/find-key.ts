import type { Actor } from '../authentication/actor.ts';
import { sees } from '../authorization/sight.ts';
import type { Failure } from '../failure.ts';
import type { KeyInfo } from '../key.ts';
import { fail, ok, type Result } from '../result.ts';
import type { KeyDirectory } from '../scalekit/scalekit.ts';

/** Finds an active key by its id; a key that the actor cannot see is `not_found`. */
export async function findKey(scalekit: KeyDirectory, keyId: string, actor: Actor): Promise<Result<KeyInfo, Failure>> {
  const found = await scalekit.lookUp(keyId);
  if (!found.ok) return found;
  return found.value && sees(actor, found.value) ? ok(found.value) : fail({ kind: 'not_found' });
}
