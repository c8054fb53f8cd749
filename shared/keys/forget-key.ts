import { type Initiator, isOperator } from '../authentication/actor.ts';
import type { Failure } from '../failure.ts';
import { fail, type Result } from '../result.ts';
import type { KeyForgetting } from './key-services.ts';

/**
 * Ends what is cached of a key that was ended beside this API, as in Scalekit's dashboard. For operators alone. Idempotent.
 * Scalekit is not asked here: the next request with the key asks it. So a key of any organization may be forgotten without harm.
 */
export async function forgetKey(
  { forgetting }: Pick<KeyForgetting, 'forgetting'>,
  keyId: string,
  { actor }: Initiator,
): Promise<Result<void, Failure>> {
  return isOperator(actor) ? forgetting.endAbsent(keyId) : fail({ kind: 'not_found' });
}
