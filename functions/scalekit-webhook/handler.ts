import { workQueueFromEnvironment } from '../../shared/aws/work-queue.ts';
import { millisecondsFromEnvironment, requireEnvironment } from '../../shared/environment.ts';
import { keyServices } from '../../shared/keys/key-services.ts';
import { Deliveries } from '../../shared/webhook/deliveries.ts';
import { webhookEndpoint } from '../../shared/webhook/endpoint.ts';
import { handleEvent } from '../../shared/webhook/handle-event.ts';
import { webhookReader } from '../../shared/webhook/webhook.ts';

const services = { ...keyServices(), work: workQueueFromEnvironment(), deliveries: new Deliveries() };
const readWebhook = webhookReader(
  requireEnvironment('WEBHOOK_SECRET_PARAMETER'),
  millisecondsFromEnvironment('SCALEKIT_DEADLINE_MS'),
);

/** Revokes the keys of users who leave, as Scalekit reports. Queues the work that there is no time for. */
export const handler = webhookEndpoint(services, readWebhook, (event, { requestId }) =>
  handleEvent(services, event, requestId),
);
