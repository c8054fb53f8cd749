import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { type Caller, readCaller } from '../shared/authentication/caller.ts';
import { problemType } from '../shared/deployment.ts';

export { type Caller, type NoCaller, readCaller } from '../shared/authentication/caller.ts';

/** How answers of {@link withCaller} itself are to be. */
export interface WithCallerOptions {
  /** The origin whose pages may read them, or `*`, as `ApiKeyAuth`'s setting has it. @default none, for no page calls */
  readonly corsAllowOrigin?: string;
  /** The page that explains the codes of errors, as `ApiKeyAuth`'s setting has it. @default none */
  readonly docsUrl?: string;
}

/**
 * Makes a Lambda handler of one that is given the caller. Without a caller it is never called: a key that has expired since
 * the (possibly cached) decision is answered 401 `invalid_token`, and an event that did not come through the authorizer 500
 * `internal_error`, with a line in the log.
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

/** An event of another kind, such as a schedule's, has no request: then the invocation's id is in the log. */
function requestIdOf(event: Partial<APIGatewayProxyEvent>, context: Context): string {
  return event.requestContext?.requestId ?? context.awsRequestId;
}
