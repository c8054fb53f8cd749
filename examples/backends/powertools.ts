import {
  HttpStatusCodes,
  InternalServerError,
  Router,
  UnauthorizedError,
} from '@aws-lambda-powertools/event-handler/http';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { type Caller, readCaller } from 'scalekit-api-keys-aws/caller';

/** Powertools' router. A middleware refuses a request without a caller, and stores the caller by event. */
const app = new Router();
const callers = new WeakMap<object, Caller>();

app.use(async ({ reqCtx, next }) => {
  const caller = readCaller(reqCtx.event as APIGatewayProxyEvent);
  if (!caller.ok && caller.failure === 'expired') throw new UnauthorizedError('The API key has expired.');
  if (!caller.ok) throw new InternalServerError('The route is not behind the authorizer.');
  callers.set(reqCtx.event, caller.value);
  await next();
});

app.get('/orders', async ({ event }) => {
  const caller = callers.get(event);
  return new Response(JSON.stringify({ organizationId: caller?.organizationId, userId: caller?.userId }), {
    status: HttpStatusCodes.OK,
    headers: { 'Content-Type': 'application/json' },
  });
});

export const handler = (event: unknown, context: Context) => app.resolve(event, context);
