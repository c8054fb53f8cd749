import type { Initiator } from '../authentication/actor.ts';
import { requireScope } from '../authorization/sight.ts';
import type { Failure } from '../failure.ts';
import { type Key, toKey } from '../key.ts';
import { ok, type Result } from '../result.ts';
import { findKey } from './find-key.ts';
import type { KeyReading } from './key-services.ts';

/** Shows one active key. Needs `keys:read`. A key that the caller cannot see, or that is not active, is `not_found`. */
export async function getKey(
  { scalekit }: Pick<KeyReading, 'scalekit'>,
  keyId: string,
  { actor }: Initiator,
): Promise<Result<Key, Failure>> {
  const scoped = requireScope(actor, 'keys:read');
  if (!scoped.ok) return scoped;
  const found = await findKey(scalekit, keyId, actor);
  return found.ok ? ok(toKey(found.value)) : found;
}
