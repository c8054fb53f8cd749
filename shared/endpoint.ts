import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { type Caller, type NoCaller, readCaller } from './caller.ts';
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

interface RequestContext {
  readonly caller: Caller;
  /** The path as the client sees it, with stage or base path. */
  readonly path: string;
}

/**
 * Makes the handler of a route: finds the caller, parses the input, runs one operation and answers. Every failure
 * becomes the one problem that `problem.ts` has for it; an exception becomes a logged `internal_error`.
 */
export function endpoint<S extends RequestSchema>(
  schema: S,
  run: (input: Input<S>, context: RequestContext) => Promise<Result<Answer, Failure>>,
): (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult> {
  const corsHeaders = {
    'Access-Control-Allow-Origin': requireEnvironment('CORS_ALLOW_ORIGIN'),
    'Access-Control-Expose-Headers': 'Location, Retry-After, WWW-Authenticate',
  };
  return async (event) => {
    const { requestId, path } = event.requestContext;
    const caller = readCaller(event);
    const result = caller.ok
      ? await answerTo(event, schema, run, { caller: caller.value, path })
      : noCaller(caller.failure);
    const { status, headers, body } = result.ok ? result.value : problemAnswer(result.failure, requestId);
    logger.info('answered', {
      requestId,
      status,
      ...(caller.ok ? { keyId: caller.value.keyId, organizationId: caller.value.organizationId } : {}),
      ...(result.ok ? {} : { failure: result.failure.kind }),
    });
    return {
      statusCode: status,
      headers: { 'Cache-Control': 'no-store', ...corsHeaders, ...headers },
      body: body === undefined ? '' : JSON.stringify(body),
    };
  };
}

async function answerTo<S extends RequestSchema>(
  event: APIGatewayProxyEvent,
  schema: S,
  run: (input: Input<S>, context: RequestContext) => Promise<Result<Answer, Failure>>,
  context: RequestContext,
): Promise<Result<Answer, Failure>> {
  try {
    const input = parseRequest(event, schema);
    return input.ok ? await run(input.value, context) : input;
  } catch (cause) {
    return fail({ kind: 'internal_error', cause });
  }
}

function noCaller(reason: NoCaller): Result<Answer, Failure> {
  return fail(
    reason === 'expired'
      ? { kind: 'invalid_token' }
      : {
          kind: 'internal_error',
          cause: new Error('the request came without a caller: is its route behind the authorizer?'),
        },
  );
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
