import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { corsExposeHeaders } from '../deployment.ts';
import { readEnvironment, requireEnvironment } from '../environment.ts';
import type { Failure } from '../failure.ts';
import { logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { fail, type Result } from '../result.ts';
import { type Input, parseRequest, type RequestSchema } from './input.ts';
import { logFailure } from './log-failure.ts';
import { toProblem } from './problem.ts';

/** A success: its status, and a body that is sent as JSON. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export type Handler = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

/** The origin of a request (a caller, an operator or a verified event), and the log fields that identify it. */
export interface Origin<T> {
  readonly value: T;
  readonly log: Readonly<Record<string, string>>;
}

/** The parts of a route's handler: how it reads the origin, the schema of its input, and its operation. */
interface Route<S extends RequestSchema, T> {
  readonly read: (event: APIGatewayProxyEvent) => Result<Origin<T>, Failure> | Promise<Result<Origin<T>, Failure>>;
  /** Decides whether the origin may call the route at all, before its input is parsed. */
  readonly permit?: ((from: T) => Result<void, Failure>) | undefined;
  /** Headers of every answer to this origin. */
  readonly headers?: ((from: T, event: APIGatewayProxyEvent) => Readonly<Record<string, string>>) | undefined;
  readonly schema: S;
  readonly run: (
    input: Input<S>,
    from: T,
    context: APIGatewayProxyEvent['requestContext'],
  ) => Promise<Result<Answer, Failure>>;
  /** The metrics of the services that `run` uses; the route's log line carries them. */
  readonly metrics?: Metrics | undefined;
}

/**
 * Makes the handler of a route. Each failure becomes its problem in `problem.ts`. An exception becomes a logged `internal_error`.
 */
export function handlerFor<S extends RequestSchema, T>(route: Route<S, T>): Handler {
  const corsAllowOrigin = requireEnvironment('CORS_ALLOW_ORIGIN');
  const docsUrl = readEnvironment('DOCS_URL');
  return async (event) => {
    const { requestId } = event.requestContext;
    const { result, log, headers: ofOrigin } = await answerOf(route, event);
    const { status, headers, body } = result.ok
      ? result.value
      : problemAnswer(result.failure, { requestId, docsUrl, isOAuth: route.schema.form !== undefined });
    logger.info('answered', {
      requestId,
      status,
      ...log,
      ...(result.ok ? {} : { failure: result.failure.kind }),
      ...route.metrics?.take(),
    });
    return {
      statusCode: status,
      headers: {
        'Cache-Control': 'no-store',
        // Without a type API Gateway declares JSON, even if there is no body.
        ...(body === undefined ? { 'Content-Type': 'text/plain' } : {}),
        ...corsHeaders(event, corsAllowOrigin, Object.keys(ofOrigin)),
        ...ofOrigin,
        ...headers,
      },
      body: body === undefined ? '' : JSON.stringify(body),
    };
  };
}

interface Outcome {
  readonly result: Result<Answer, Failure>;
  readonly log: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

async function answerOf<S extends RequestSchema, T>(route: Route<S, T>, event: APIGatewayProxyEvent): Promise<Outcome> {
  let known: Omit<Outcome, 'result'> = { log: {}, headers: {} };
  try {
    const from = await route.read(event);
    if (!from.ok) return { result: from, ...known };
    const { value, log } = from.value;
    known = { log, headers: route.headers?.(value, event) ?? {} };
    const permitted = route.permit?.(value);
    if (permitted && !permitted.ok) return { result: permitted, ...known };
    const input = parseRequest(event, route.schema);
    return { result: input.ok ? await route.run(input.value, value, event.requestContext) : input, ...known };
  } catch (cause) {
    return { result: fail({ kind: 'internal_error', cause }), ...known };
  }
}

/** Pages of other origins use keys. No page signs requests with AWS credentials, so an operator's answer has no CORS headers. */
function corsHeaders(event: APIGatewayProxyEvent, origin: string, more: readonly string[]): Record<string, string> {
  if (event.requestContext.identity.userArn) return {};
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Expose-Headers': [...new Set([...corsExposeHeaders, ...more])].join(', '),
  };
}

interface ProblemContext {
  readonly requestId: string;
  readonly docsUrl: string | undefined;
  /** The route is RFC 7009's, whose errors have a field `error`. */
  readonly isOAuth: boolean;
}

function problemAnswer(failure: Failure, { requestId, docsUrl, isOAuth }: ProblemContext): Answer {
  logFailure(failure, requestId);
  const { body, headers } = toProblem(failure, requestId, docsUrl);
  const error = isOAuth && failure.kind === 'invalid_request' ? { error: failure.kind } : {};
  return {
    status: body.status,
    headers: { 'Content-Type': 'application/problem+json', ...headers },
    body: { ...body, ...error },
  };
}
