import { type Answer, type Handler, handlerFor } from '../endpoint/handler.ts';
import type { Failure } from '../failure.ts';
import type { Metrics } from '../metrics.ts';
import { ok, type Result } from '../result.ts';
import type { ScalekitEvent } from './event.ts';
import type { ReadWebhook } from './webhook.ts';

/** Makes the handler of Scalekit's webhooks, which hands on nothing but an event that was verified. */
export function webhookEndpoint(
  { metrics }: { readonly metrics: Metrics },
  read: ReadWebhook,
  run: (event: ScalekitEvent, context: { readonly requestId: string }) => Promise<Result<Answer, Failure>>,
): Handler {
  return handlerFor({
    read: async (proxyEvent) => {
      const event = await read(proxyEvent);
      return event.ok ? ok({ value: event.value, log: { eventId: event.value.id } }) : event;
    },
    schema: {},
    run: (_input, event, { requestId }) => run(event, { requestId }),
    metrics,
  });
}
