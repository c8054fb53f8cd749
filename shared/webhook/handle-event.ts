import type { WorkQueue } from '../aws/work-queue.ts';
import type { Answer } from '../endpoint/handler.ts';
import type { Failure } from '../failure.ts';
import type { KeyServices } from '../keys/key-services.ts';
import { logger } from '../logger.ts';
import { ok, type Result } from '../result.ts';
import type { Deliveries } from './deliveries.ts';
import type { ScalekitEvent } from './event.ts';
import { leaversOf } from './leavers.ts';
import { revokeLeavers } from './revoke-leavers.ts';

/**
 * How long a delivery is handled. Scalekit waits for 10 s, which must also suffice to read the secret before and to call the
 * queue after.
 */
export const deliveryMs = 7_000;

/**
 * Revokes the keys of users who leave, as far as there is time, and puts the rest on the work queue. The answer is 202 only if
 * the rest is on the queue. Scalekit gives up after a few deliveries, so the queue must keep the event.
 */
export async function handleEvent(
  services: KeyServices & { readonly work: WorkQueue; readonly deliveries: Deliveries },
  event: ScalekitEvent,
  requestId: string,
): Promise<Result<Answer, Failure>> {
  const leavers = leaversOf(event);
  if (!leavers.ok) return leavers;
  if (leavers.value === undefined) return ok({ status: 200, body: { revoked: 0 } });
  const done = await revokeLeavers(services, leavers.value, requestId, {
    patienceMs: deliveryMs,
    deliveries: services.deliveries,
  });
  if (done.ok) return ok({ status: 200, body: done.value });
  const { organizationId, userId, email } = leavers.value;
  const { id, type, occurred_at } = leavers.value.event;
  const queued = await services.work.put({
    kind: 'leavers',
    organizationId,
    userId,
    email,
    firstHandledAt: services.deliveries.of(id).firstHandledAt,
    event: { id, type, occurred_at: occurred_at.toISOString() },
  });
  if (!queued.ok) return queued;
  logger.warn('left to do', { requestId, eventId: id, failure: done.failure.kind });
  return ok({ status: 202 });
}
