import { authorizerCacheFromEnvironment } from '../../shared/authorizer-cache.ts';
import { causeOf, logger } from '../../shared/logger.ts';
import { endOverlap } from '../../shared/overlap-end.ts';
import { scalekitFromEnvironment } from '../../shared/scalekit.ts';
import { OverlapEnd } from './schema.ts';

const scalekit = scalekitFromEnvironment();
const cache = authorizerCacheFromEnvironment();

/**
 * Revokes a key whose overlap with its successor is over. Throws when that can't be done: Lambda tries again, and then
 * leaves the event in the dead-letter queue.
 */
export async function handler(event: unknown): Promise<void> {
  const { organizationId, keyId } = OverlapEnd.parse(event);
  const ended = await endOverlap(scalekit, cache, organizationId, keyId);
  if (ended.ok) return logger.info('overlap ended', { keyId, organizationId });
  const { kind } = ended.failure;
  logger.error(kind, { keyId, organizationId, ...('cause' in ended.failure ? causeOf(ended.failure.cause) : {}) });
  throw new Error(`the overlap of ${keyId} is not ended: ${kind}`);
}
