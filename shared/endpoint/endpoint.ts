import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { Initiator } from '../authentication/actor.ts';
import { keyCaller, readActor } from '../authentication/actor.ts';
import type { Caller } from '../authentication/caller.ts';
import { requireEnvironment } from '../environment.ts';
import type { Failure } from '../failure.ts';
import { causeOf, logger } from '../logger.ts';
import { metricFields } from '../metrics.ts';
import { fail, ok, type Result } from '../result.ts';
import { type Input, parseRequest, type RequestSchema } from './input.ts';
import { toProblem } from './problem.ts';

/** A success: its status, and a body that is sent as JSON. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

type RequestContext = APIGatewayProxyEvent['requestContext'];
export type Handler = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

/**
 * Makes the handler of a backend's route: finds the caller by its key, parses the input, runs one operation and answers.
 * Every failure becomes the one problem that `problem.ts` has for it; an exception becomes a logged `internal_error`.
 */
export function endpoint<S extends RequestSchema>(
  schema: S,
  run: (input: Input<S>, context: { readonly caller: Caller }) => Promise<Result<Answer, Failure>>,
): Handler {
  return handlerFor(keyCaller, schema, (input, caller) => run(input, { caller }));
}

/** As {@link endpoint}, for a route that manages keys, by which customers and operators come. */
export function keyEndpoint<S extends RequestSchema>(
  schema: S,
  run: (
    input: Input<S>,
    /** `path` is the one that the client sees, with stage or base path. */
    context: { readonly by: Initiator; readonly path: string },
  ) => Promise<Result<Answer, Failure>>,
): Handler {
  return handlerFor(readActor, schema, (input, actor, { requestId, path }) =>
    run(input, { by: { actor, requestId }, path }),
  );
}

/** As {@link endpoint}, for a route that anybody may call. */
export function openEndpoint<S extends RequestSchema>(
  schema: S,
  run: (
    input: Input<S>,
    /** `path` is the one that the client sees, with stage or base path. */
    context: { readonly requestId: string; readonly path: string },
  ) => Promise<Result<Answer, Failure>>,
): Handler {
  return handlerFor(
    () => ok({}),
    schema,
    (input, _nobody, { requestId, path }) => run(input, { requestId, path }),
  );
}

/** Makes a handler of a way to read who or what asks, a schema, and an operation. */
export function handlerFor<S extends RequestSchema, A extends object>(
  read: (event: APIGatewayProxyEvent) => Result<A, Failure> | Promise<Result<A, Failure>>,
  schema: S,
  run: (input: Input<S>, from: A, context: RequestContext) => Promise<Result<Answer, Failure>>,
): Handler {
  const corsAllowOrigin = requireEnvironment('CORS_ALLOW_ORIGIN');
  const attempt = async (event: APIGatewayProxyEvent, from: A): Promise<Result<Answer, Failure>> => {
    const input = parseRequest(event, schema);
    return input.ok ? await run(input.value, from, event.requestContext) : input;
  };
  return async (event) => {
    const { requestId } = event.requestContext;
    let from: Result<A, Failure> | undefined;
    let result: Result<Answer, Failure>;
    try {
      from = await read(event);
      result = from.ok ? await attempt(event, from.value) : from;
    } catch (cause) {
      result = fail({ kind: 'internal_error', cause });
    }
    const { status, headers, body } = result.ok ? result.value : problemAnswer(result.failure, requestId);
    logger.info('answered', {
      requestId,
      status,
      ...(from?.ok ? identityOf(from.value) : {}),
      ...(result.ok ? {} : { failure: result.failure.kind }),
      ...metricFields(),
    });
    return {
      statusCode: status,
      headers: { 'Cache-Control': 'no-store', ...corsHeaders(event, corsAllowOrigin), ...headers },
      body: body === undefined ? '' : JSON.stringify(body),
    };
  };
}

/** What a log says of who asked. */
function identityOf(from: object): Record<string, unknown> {
  const names = ['keyId', 'organizationId', 'userArn', 'eventId'] as const;
  const known = from as Partial<Record<(typeof names)[number], string>>;
  return Object.fromEntries(names.map((name) => [name, known[name]]).filter(([, value]) => value !== undefined));
}

/** Pages of other origins use keys; no page signs requests with AWS credentials. */
function corsHeaders(event: APIGatewayProxyEvent, origin: string): Record<string, string> {
  if (event.requestContext.identity.userArn) return {};
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Expose-Headers': 'Location, Retry-After, WWW-Authenticate',
  };
}

function problemAnswer(failure: Failure, requestId: string): Answer {
  if ('cause' in failure) {
    const reason = 'reason' in failure ? { reason: failure.reason } : {};
    logger.error(failure.kind, { requestId, ...reason, ...causeOf(failure.cause), ...stackOf(failure) });
  }
  const { body, headers } = toProblem(failure, requestId);
  return { status: body.status, headers: { 'Content-Type': 'application/problem+json', ...headers }, body };
}

/** Only an exception of our own code is logged with its text: what comes from outside could quote what was sent. */
function stackOf(failure: Failure): { stack?: string } {
  if (failure.kind !== 'internal_error' || !(failure.cause instanceof Error)) return {};
  return failure.cause.stack === undefined ? {} : { stack: failure.cause.stack };
}
