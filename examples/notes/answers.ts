import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { z } from 'zod';

const cors = { 'Access-Control-Allow-Origin': '*' };

/** The answer to a request that succeeds. */
export function answer(
  statusCode: number,
  body?: unknown,
  headers: Record<string, string> = {},
): APIGatewayProxyResult {
  return {
    statusCode,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...cors, ...headers },
    body: body === undefined ? '' : JSON.stringify(body),
  };
}

const problems = {
  invalid_request: {
    status: 400,
    title: 'Bad Request',
    detail: 'The request is not valid: `errors` lists each problem.',
  },
  beyond_authority: { status: 403, title: 'Forbidden', detail: 'The request asks for more than the caller has.' },
  not_found: { status: 404, title: 'Not Found', detail: 'There is no such note.' },
} as const;

/** A failure, as an RFC 9457 problem in the format of the API's other routes. */
export function problem(
  event: APIGatewayProxyEvent,
  code: keyof typeof problems,
  more: { errors?: unknown } = {},
): APIGatewayProxyResult {
  const { requestId } = event.requestContext;
  const body = { type: 'about:blank', ...problems[code], code, requestId, ...more };
  return answer(body.status, body, { 'Content-Type': 'application/problem+json' });
}

/** A 400 that names each invalid field. */
export function invalid(event: APIGatewayProxyEvent, error: z.ZodError): APIGatewayProxyResult {
  const errors = error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  return problem(event, 'invalid_request', { errors });
}
