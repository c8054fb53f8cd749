import { type Initiator, isOperator } from '../authentication/actor.ts';
import type { Failure } from '../failure.ts';
import { fail, type Result } from '../result.ts';
import type { KeyForgetting } from './key-services.ts';

/**
 * Ends the cached decisions of a key that was revoked outside this API, as in Scalekit's dashboard. For operators only.
 * Idempotent. Scalekit is not asked here: the next request with the key asks it. So forgetting a key of any organization does no
 * harm.
 */
export async function forgetKey(
  { forgetting }: Pick<KeyForgetting, 'forgetting'>,
  keyId: string,
  { actor }: Initiator,
): Promise<Result<void, Failure>> {
  return isOperator(actor) ? forgetting.endAbsent(keyId) : fail({ kind: 'not_found' });
}
