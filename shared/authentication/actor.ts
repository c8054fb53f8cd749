import type { APIGatewayProxyEvent } from 'aws-lambda';
import { idPatterns, operatorRoute } from '../deployment.ts';
import { type Failure, internalError, invalid } from '../failure.ts';
import { fail, ok, type Result } from '../result.ts';
import { type Caller, readCaller } from './caller.ts';

/** The product's own staff or backend, known by AWS IAM; acts within the one organization that its route names. */
export interface Operator {
  /** The ARN of the user or role session that signed the request. */
  readonly userArn: string;
  readonly organizationId: string;
}

/** Who manages keys: a customer by a key, or an operator. */
export type Actor = Caller | Operator;

/** Who asked for something, and by which request. */
export interface Initiator {
  readonly actor: Actor;
  /** API Gateway's, which is in every log and answer. */
  readonly requestId: string;
}

export function isOperator(actor: Actor): actor is Operator {
  return 'userArn' in actor;
}

/**
 * Reads who manages keys from a proxy event. An operator is one only where route and signature agree: a signed request
 * elsewhere, an unsigned one on an operators' route, or one with both kinds of credentials is an `internal_error`.
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

/** The caller of a request that came with a key. */
export function keyCaller(event: APIGatewayProxyEvent): Result<Caller, Failure> {
  const caller = readCaller(event);
  if (caller.ok) return caller;
  if (caller.failure === 'expired') return fail({ kind: 'invalid_token' });
  return fail(internalError('the request came without a caller: is its route behind the authorizer?'));
}
