import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { type Caller, readCaller } from 'scalekit-api-keys-aws/caller';

interface WithCaller extends APIGatewayProxyEvent {
  caller: Caller;
}

/** A middy middleware that answers the request itself if there is no caller. */
const callerMiddleware = (): middy.MiddlewareObj<WithCaller, APIGatewayProxyResult> => ({
  before(request) {
    const caller = readCaller(request.event);
    if (!caller.ok) return { statusCode: caller.failure === 'expired' ? 401 : 500, body: '' };
    request.event.caller = caller.value;
    return undefined;
  },
});

export const handler = middy<WithCaller, APIGatewayProxyResult>()
  .use(callerMiddleware())
  .handler(async ({ caller }) => ({
    statusCode: 200,
    body: JSON.stringify({ organizationId: caller.organizationId, userId: caller.userId }),
  }));
