import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { type Caller, readCaller, refuseCaller } from 'scalekit-api-keys-aws/caller';

interface WithCaller extends APIGatewayProxyEvent {
  caller: Caller;
}

/** A middy middleware that answers the request itself if there is no caller. */
const callerMiddleware = (): middy.MiddlewareObj<WithCaller, APIGatewayProxyResult> => ({
  before(request) {
    const caller = readCaller(request.event);
    if (!caller.ok) return refuseCaller(caller.failure, request.event, request.context);
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
