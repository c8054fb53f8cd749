import type { Context } from 'aws-lambda';
import { workQueueFromEnvironment } from '../../shared/aws/work-queue.ts';
import { keyServices } from '../../shared/keys/key-services.ts';
import { causeOf, logger } from '../../shared/logger.ts';
import { endOverlap } from '../../shared/rotation/end-overlap.ts';
import { OverlapOver } from './schema.ts';

const services = keyServices();
const work = workQueueFromEnvironment();

/**
 * Revokes a key whose overlap with its successor has ended. If that fails, it puts the work on the work queue, which retries it
 * for hours. Throws if that fails too: Lambda retries, and then leaves the event in the dead-letter queue.
 */
export async function handler(event: unknown, { awsRequestId }: Context): Promise<void> {
  const overlap = OverlapOver.parse(event);
  const ended = await endOverlap(services, overlap, awsRequestId);
  if (ended.ok) return logger.info('overlap ended', { ...overlap, ...services.metrics.take() });
  const { kind } = ended.failure;
  const cause = 'cause' in ended.failure ? causeOf(ended.failure.cause) : {};
  logger.error(kind, { ...overlap, ...cause, ...services.metrics.take() });
  const queued = await work.put({ kind: 'overlap', ...overlap });
  if (queued.ok) return;
  logger.error('work not queued', { ...overlap, ...causeOf(queued.failure.cause) });
  throw new Error(`the key ${overlap.keyId} was not revoked after its overlap: ${kind}`);
}
