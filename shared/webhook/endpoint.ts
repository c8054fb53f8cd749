import { type Answer, type Handler, handlerFor } from '../endpoint/handler.ts';
import type { Failure } from '../failure.ts';
import type { Metrics } from '../metrics.ts';
import { ok, type Result } from '../result.ts';
import type { ScalekitEvent } from './event.ts';
import type { ReadWebhook } from './webhook.ts';

/**
 * Makes the handler of Scalekit's webhooks, which passes on verified events only. A query in the URL that Scalekit calls is
 * ignored.
 */
export function webhookEndpoint(
  { metrics }: { readonly metrics: Metrics },
  read: ReadWebhook,
  run: (event: ScalekitEvent, context: { readonly requestId: string }) => Promise<Result<Answer, Failure>>,
): Handler {
  const handler = handlerFor({
    read: async (proxyEvent) => {
      const event = await read(proxyEvent);
      if (event.ok) return ok({ value: event.value, log: { eventId: event.value.id } });
      // Anybody can send an unsigned event, so that is no failure of ours.
      if (event.failure.kind !== 'invalid_webhook_signature') metrics.measure('WebhookFailures');
      return event;
    },
    schema: {},
    run: async (_input, event, { requestId }) => {
      const done = await run(event, { requestId });
      if (!done.ok) metrics.measure('WebhookFailures');
      return done;
    },
    metrics,
  });
  return (event) => handler({ ...event, multiValueQueryStringParameters: null });
}
