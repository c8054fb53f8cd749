import type { Context } from 'aws-lambda';
import { keyServices } from '../../shared/keys/key-services.ts';
import { causeOf, logger } from '../../shared/logger.ts';
import { metricFields } from '../../shared/metrics.ts';
import { createOverlapEnd } from '../../shared/rotation/overlap-end.ts';
import { OverlapOver } from './schema.ts';

const { scalekit, mutations, cache } = keyServices();
const overlap = createOverlapEnd(scalekit, mutations, cache);

/**
 * Revokes a key whose overlap with its successor is over. Throws when that can't be done: Lambda tries again, and then
 * leaves the event in the dead-letter queue.
 */
export async function handler(event: unknown, { awsRequestId }: Context): Promise<void> {
  const { organizationId, keyId } = OverlapOver.parse(event);
  const ended = await overlap.end(organizationId, keyId, awsRequestId);
  if (ended.ok) return logger.info('overlap ended', { keyId, organizationId, ...metricFields() });
  const { kind } = ended.failure;
  const cause = 'cause' in ended.failure ? causeOf(ended.failure.cause) : {};
  logger.error(kind, { keyId, organizationId, ...cause, ...metricFields() });
  throw new Error(`the overlap of ${keyId} is not ended: ${kind}`);
}
