import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { type Actor, isOperator, keyCaller, readActor } from './actor.ts';
import type { Caller } from './caller.ts';
import { requireEnvironment } from './config.ts';
import type { Failure } from './failure.ts';
import { type Input, parseRequest, type RequestSchema } from './input.ts';
import { causeOf, logger } from './logger.ts';
import { toProblem } from './problem.ts';
import { fail, type Result } from './result.ts';

/** A success: its status, and a body that is sent as JSON. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

type Handler = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

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
    context: { readonly actor: Actor; readonly path: string },
  ) => Promise<Result<Answer, Failure>>,
): Handler {
  return handlerFor(readActor, schema, (input, actor, path) => run(input, { actor, path }));
}

function handlerFor<S extends RequestSchema, A extends Actor>(
  read: (event: APIGatewayProxyEvent) => Result<A, Failure>,
  schema: S,
  run: (input: Input<S>, actor: A, path: string) => Promise<Result<Answer, Failure>>,
): Handler {
  const corsAllowOrigin = requireEnvironment('CORS_ALLOW_ORIGIN');
  const attempt = async (event: APIGatewayProxyEvent, actor: A): Promise<Result<Answer, Failure>> => {
    try {
      const input = parseRequest(event, schema);
      return input.ok ? await run(input.value, actor, event.requestContext.path) : input;
    } catch (cause) {
      return fail({ kind: 'internal_error', cause });
    }
  };
  return async (event) => {
    const { requestId } = event.requestContext;
    const actor = read(event);
    const result = actor.ok ? await attempt(event, actor.value) : actor;
    const { status, headers, body } = result.ok ? result.value : problemAnswer(result.failure, requestId);
    logger.info('answered', {
      requestId,
      status,
      ...(actor.ok ? identityOf(actor.value) : {}),
      ...(result.ok ? {} : { failure: result.failure.kind }),
    });
    return {
      statusCode: status,
      headers: { 'Cache-Control': 'no-store', ...corsHeaders(event, corsAllowOrigin), ...headers },
      body: body === undefined ? '' : JSON.stringify(body),
    };
  };
}

/** What a log says of who asked. */
function identityOf(actor: Actor): Record<string, string> {
  const { organizationId } = actor;
  return isOperator(actor) ? { userArn: actor.userArn, organizationId } : { keyId: actor.keyId, organizationId };
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
