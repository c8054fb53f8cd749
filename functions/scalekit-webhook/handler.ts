import { millisecondsFromEnvironment, requireEnvironment } from '../../shared/config.ts';
import { webhookEndpoint } from '../../shared/endpoint.ts';
import { keyServices } from '../../shared/key-services.ts';
import { createLeavers } from '../../shared/leavers.ts';
import { ok } from '../../shared/result.ts';
import { webhookReader } from '../../shared/scalekit-webhook.ts';

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
