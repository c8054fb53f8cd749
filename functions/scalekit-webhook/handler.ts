import { millisecondsFromEnvironment, requireEnvironment } from '../../shared/environment.ts';
import { keyServices } from '../../shared/keys/key-services.ts';
import { ok } from '../../shared/result.ts';
import { webhookEndpoint } from '../../shared/webhook/endpoint.ts';
import { revokeLeavers } from '../../shared/webhook/revoke-leavers.ts';
import { webhookReader } from '../../shared/webhook/webhook.ts';

const services = keyServices();
const readWebhook = webhookReader(
  requireEnvironment('WEBHOOK_SECRET_PARAMETER'),
  millisecondsFromEnvironment('SCALEKIT_DEADLINE_MS'),
);

/** Revokes the keys of users who leave, as Scalekit reports it. Scalekit repeats an event that is not answered with success. */
export const handler = webhookEndpoint(services, readWebhook, async (event, { requestId }) => {
  const handled = await revokeLeavers(services, event, requestId);
  return handled.ok ? ok({ status: 200, body: handled.value }) : handled;
});
