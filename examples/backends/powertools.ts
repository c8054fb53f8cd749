import { HttpStatusCodes, Router } from '@aws-lambda-powertools/event-handler/http';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { type Caller, readCaller, refuseCaller } from 'scalekit-api-keys-aws/caller';

/** Powertools' router. A middleware refuses a request without a caller, and stores the caller by event. */
const app = new Router();
const callers = new WeakMap<object, Caller>();

app.use(async ({ reqCtx, next }) => {
  const event = reqCtx.event as APIGatewayProxyEvent;
  const caller = readCaller(event);
  if (!caller.ok) {
    const { statusCode: status, headers, body } = refuseCaller(caller.failure, event, reqCtx.context);
    return new Response(body, { status, headers });
  }
  callers.set(event, caller.value);
  return next();
});

app.get('/orders', async ({ event }) => {
  const caller = callers.get(event);
  return new Response(JSON.stringify({ organizationId: caller?.organizationId, userId: caller?.userId }), {
    status: HttpStatusCodes.OK,
    headers: { 'Content-Type': 'application/json' },
  });
});

export const handler = (event: unknown, context: Context) => app.resolve(event, context);
