import type { APIGatewayProxyEvent } from 'aws-lambda';
import { idPatterns, operatorRoute } from '../deployment.ts';
import { type Failure, internalError, invalid } from '../failure.ts';
import { fail, ok, type Result } from '../result.ts';
import { type Caller, readCaller } from './caller.ts';

/** The product's own staff or backend, authenticated by AWS IAM. It acts within the one organization in its route. */
export interface Operator {
  /** The ARN of the user or role session that signed the request. */
  readonly userArn: string;
  readonly organizationId: string;
}

/** A manager of keys: a customer with a key, or an operator. */
export type Actor = Caller | Operator;

/** The actor of a request, and the request. */
export interface Initiator {
  readonly actor: Actor;
  /** API Gateway's id, which is in every log and answer. */
  readonly requestId: string;
}

export function isOperator(actor: Actor): actor is Operator {
  return 'userArn' in actor;
}

/**
 * Reads the actor from a proxy event. An operator's request is signed and on an operators' route. A signed request on another
 * route, an unsigned request on an operators' route, or a request with both kinds of credentials is an `internal_error`.
 */
export function readActor(event: APIGatewayProxyEvent): Result<Actor, Failure> {
  const { authorizer, identity } = event.requestContext;
  const isOperatorRoute = event.resource.startsWith(`${operatorRoute}/`);
  if (!isOperatorRoute && !identity.userArn) return keyCaller(event);
  if (!isOperatorRoute || !identity.userArn || authorizer)
    return fail(internalError('the route and the kind of credentials do not agree'));
  const organizationId = event.pathParameters?.['organizationId'] ?? '';
  if (!idPatterns.organization.test(organizationId))
    return fail(invalid('organizationId', 'must be an organization id: "org_" and letters or digits'));
  return ok({ userArn: identity.userArn, organizationId });
}

/** Reads the caller of a request with a key. */
export function keyCaller(event: APIGatewayProxyEvent): Result<Caller, Failure> {
  const caller = readCaller(event);
  if (caller.ok) return caller;
  if (caller.failure === 'expired') return fail({ kind: 'invalid_token' });
  return fail(internalError('the request came without a caller: is its route behind the authorizer?'));
}
