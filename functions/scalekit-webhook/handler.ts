import { millisecondsFromEnvironment, requireEnvironment } from '../../shared/environment.ts';
import { keyServices } from '../../shared/keys/key-services.ts';
import { ok } from '../../shared/result.ts';
import { webhookEndpoint } from '../../shared/webhook/endpoint.ts';
import { createLeavers } from '../../shared/webhook/leavers.ts';
import { webhookReader } from '../../shared/webhook/webhook.ts';

const { scalekit, mutations, cache } = keyServices();
const leavers = createLeavers(scalekit, mutations, cache);
const readWebhook = webhookReader(
  requireEnvironment('WEBHOOK_SECRET_PARAMETER'),
  millisecondsFromEnvironment('SCALEKIT_DEADLINE_MS'),
);

/** Revokes the keys of who leaves, as Scalekit tells of it. Scalekit tries again what is not answered with success. */
export const handler = webhookEndpoint(readWebhook, async (event, { requestId }) => {
  const handled = await leavers.handle(event, requestId);
  return handled.ok ? ok({ status: 200, body: handled.value }) : handled;
});
