import { type Answer, type Handler, handlerFor } from '../endpoint/endpoint.ts';
import type { Failure } from '../failure.ts';
import { ok, type Result } from '../result.ts';
import type { ScalekitEvent } from './event.ts';
import type { ReadWebhook } from './webhook.ts';

/** Makes the handler of Scalekit's webhooks: what was read and verified is all that is handed on. */
export function webhookEndpoint(
  read: ReadWebhook,
  run: (event: ScalekitEvent, context: { readonly requestId: string }) => Promise<Result<Answer, Failure>>,
): Handler {
  return handlerFor(
    async (proxyEvent) => {
      const event = await read(proxyEvent);
      return event.ok ? ok({ eventId: event.value.id, event: event.value }) : event;
    },
    {},
    (_input, { event }, { requestId }) => run(event, { requestId }),
  );
}
