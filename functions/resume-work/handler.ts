import type { Context, SQSEvent } from 'aws-lambda';
import { keyServices } from '../../shared/keys/key-services.ts';
import { causeOf, logger } from '../../shared/logger.ts';
import { endOverlap } from '../../shared/rotation/end-overlap.ts';
import { Deliveries } from '../../shared/webhook/deliveries.ts';
import { revokeLeavers } from '../../shared/webhook/revoke-leavers.ts';
import { WorkMessage } from './schema.ts';

const services = keyServices();
const deliveries = new Deliveries();

/**
 * Does the work of a message of the work queue. Throws while any work is left: the queue delivers the message again for hours,
 * and then leaves it in the dead-letter queue. A batch is one message, so that no message depends on another.
 */
export async function handler({ Records }: SQSEvent, { awsRequestId }: Context): Promise<void> {
  for (const { body, attributes } of Records) {
    const work = WorkMessage.parse(JSON.parse(body));
    const { kind, organizationId } = work;
    const about = work.kind === 'leavers' ? { eventId: work.event.id } : { keyId: work.keyId };
    const log = { kind, organizationId, ...about, attempt: attributes.ApproximateReceiveCount };
    const done =
      work.kind === 'leavers'
        ? await revokeLeavers(services, work, awsRequestId, { deliveries })
        : await endOverlap(services, work, awsRequestId);
    if (!done.ok) {
      const { failure } = done;
      const cause = 'cause' in failure ? causeOf(failure.cause) : {};
      logger.error(failure.kind, { ...log, ...cause, ...services.metrics.take() });
      throw new Error(`work is left to do: ${failure.kind}`);
    }
    logger.info('work done', { ...log, ...services.metrics.take() });
  }
}
