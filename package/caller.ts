import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { type Caller, type NoCaller, readCaller } from '../shared/authentication/caller.ts';
import { problemType } from '../shared/deployment.ts';
import { scopeWords } from '../shared/key-claims.ts';

export { type Caller, type NoCaller, readCaller } from '../shared/authentication/caller.ts';

/** Options of {@link withCaller}. The others concern the answers of its own. */
export interface WithCallerOptions extends RefusalOptions {
  /** A word that the scope of the key must have, like `notes:read`. @default none, so that every key may call */
  readonly scope?: string;
}

/** Options of the answers to refused requests. */
export interface RefusalOptions {
  /** The origin whose pages may read the answers, or `*`, as in `ApiKeyAuth`'s setting. @default none, because no page calls */
  readonly corsAllowOrigin?: string;
  /** The page that explains the codes of errors, as `ApiKeyAuth`'s setting has it. @default none */
  readonly docsUrl?: string;
}

/** A problem as an answer of a Lambda function. */
export interface RefusedCaller extends APIGatewayProxyResult {
  readonly headers: Record<string, string>;
}

/**
 * Makes a Lambda handler from a handler that gets the caller. Without a caller it is never called, and the answer is that of
 * {@link refuseCaller}.
 */
export function withCaller(
  handler: (event: APIGatewayProxyEvent, caller: Caller, context: Context) => Promise<APIGatewayProxyResult>,
  options: WithCallerOptions = {},
): (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult> {
  return async (event, context) => {
    const caller = readCaller(event);
    if (!caller.ok) return refuseCaller(caller.failure, event, context, options);
    const { scope } = options;
    return scope === undefined || hasScope(caller.value, scope)
      ? handler(event, caller.value, context)
      : refuseCaller({ lacks: scope }, event, context, options);
  };
}

/** Whether the scope of a caller's key has a word, like `notes:read`. */
export function hasScope({ customClaims }: Caller, word: string): boolean {
  return scopeWords(customClaims['scope'] ?? '').includes(word);
}

/**
 * The answer to a request without a caller, or whose key lacks a scope, for handlers of another kind. If the key or token has
 * expired since the (possibly cached) decision, it is 401 `invalid_token`. If the scope lacks the word, it is 403
 * `insufficient_scope`. If the event did not come through the authorizer, it is 500 `internal_error`, with a line in the log.
 */
export function refuseCaller(
  failure: NoCaller | { readonly lacks: string },
  event: Partial<APIGatewayProxyEvent>,
  context: Pick<Context, 'awsRequestId'>,
  { corsAllowOrigin, docsUrl }: RefusalOptions = {},
): RefusedCaller {
  const requestId = requestIdOf(event, context);
  const refuse = (statusCode: number, title: string, code: string, detail: string, more: object = {}) => ({
    statusCode,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      ...(corsAllowOrigin === undefined ? {} : { 'Access-Control-Allow-Origin': corsAllowOrigin }),
    },
    body: JSON.stringify({
      type: problemType(docsUrl, code),
      title,
      status: statusCode,
      detail,
      code,
      requestId,
      ...more,
    }),
  });
  if (typeof failure === 'object') {
    const { lacks: scope } = failure;
    return refuse(403, 'Forbidden', 'insufficient_scope', `The caller does not have the scope "${scope}".`, { scope });
  }
  if (failure === 'expired') return refuse(401, 'Unauthorized', 'invalid_token', 'The API key or token has expired.');
  console.error(JSON.stringify({ message: 'no caller: is the route behind the authorizer?', requestId }));
  return refuse(
    500,
    'Internal Server Error',
    'internal_error',
    'The server failed. The error is logged under `requestId`.',
  );
}

/** An event of another kind, such as a schedule's, has no request id. The log then has the invocation's id. */
function requestIdOf(event: Partial<APIGatewayProxyEvent>, context: Pick<Context, 'awsRequestId'>): string {
  return event.requestContext?.requestId ?? context.awsRequestId;
}
