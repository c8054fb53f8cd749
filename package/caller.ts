import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { type Caller, readCaller } from '../shared/authentication/caller.ts';
import { problemType } from '../shared/deployment.ts';

export { type Caller, type NoCaller, readCaller } from '../shared/authentication/caller.ts';

/** Options for the answers of {@link withCaller} itself. */
export interface WithCallerOptions {
  /** The origin whose pages may read the answers, or `*`, as in `ApiKeyAuth`'s setting. @default none, because no page calls */
  readonly corsAllowOrigin?: string;
  /** The page that explains the codes of errors, as `ApiKeyAuth`'s setting has it. @default none */
  readonly docsUrl?: string;
}

/**
 * Makes a Lambda handler from a handler that gets the caller. Without a caller it is never called. If the key has expired since
 * the (possibly cached) decision, the answer is 401 `invalid_token`. If the event did not come through the authorizer, the answer
 * is 500 `internal_error`, with a line in the log.
 */
export function withCaller(
  handler: (event: APIGatewayProxyEvent, caller: Caller, context: Context) => Promise<APIGatewayProxyResult>,
  { corsAllowOrigin, docsUrl }: WithCallerOptions = {},
): (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult> {
  return async (event, context) => {
    const caller = readCaller(event);
    if (caller.ok) return handler(event, caller.value, context);
    const requestId = requestIdOf(event, context);
    const refuse = (status: number, title: string, code: string, detail: string) => ({
      statusCode: status,
      headers: {
        'Content-Type': 'application/problem+json',
        'Cache-Control': 'no-store',
        ...(corsAllowOrigin === undefined ? {} : { 'Access-Control-Allow-Origin': corsAllowOrigin }),
      },
      body: JSON.stringify({ type: problemType(docsUrl, code), title, status, detail, code, requestId }),
    });
    if (caller.failure === 'expired') return refuse(401, 'Unauthorized', 'invalid_token', 'The API key has expired.');
    console.error(JSON.stringify({ message: 'no caller: is the route behind the authorizer?', requestId }));
    return refuse(
      500,
      'Internal Server Error',
      'internal_error',
      'The server failed. The error is logged under `requestId`.',
    );
  };
}

/** An event of another kind, such as a schedule's, has no request id. The log then has the invocation's id. */
function requestIdOf(event: Partial<APIGatewayProxyEvent>, context: Context): string {
  return event.requestContext?.requestId ?? context.awsRequestId;
}
