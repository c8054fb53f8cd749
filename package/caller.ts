import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { type Caller, readCaller } from '../shared/caller.ts';

export { type Caller, type NoCaller, readCaller } from '../shared/caller.ts';

/**
 * Makes a Lambda handler of one that is given the caller. Without a caller it is never called: a key that has expired since
 * the (possibly cached) decision is answered 401 `invalid_token`, and an event that did not come through the authorizer 500
 * `internal_error`, with a line in the log.
 */
export function withCaller(
  handler: (event: APIGatewayProxyEvent, caller: Caller, context: Context) => Promise<APIGatewayProxyResult>,
): (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult> {
  return async (event, context) => {
    const caller = readCaller(event);
    if (caller.ok) return handler(event, caller.value, context);
    const { requestId } = event.requestContext;
    if (caller.failure === 'expired') {
      return problem(401, 'Unauthorized', 'invalid_token', 'The API key has expired.', requestId);
    }
    console.error(JSON.stringify({ message: 'no caller: is the route behind the authorizer?', requestId }));
    const detail = 'The fault is on our side, and is logged.';
    return problem(500, 'Internal Server Error', 'internal_error', detail, requestId);
  };
}

function problem(
  status: number,
  title: string,
  code: string,
  detail: string,
  requestId: string,
): APIGatewayProxyResult {
  return {
    statusCode: status,
    headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' },
    body: JSON.stringify({ type: 'about:blank', title, status, detail, code, requestId }),
  };
}
