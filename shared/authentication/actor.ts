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

/** A person on the page for keys, who came by a link that an operator made. */
export interface Visitor {
  /** `plink_…`; the keys that the person makes are issued by the link. */
  readonly linkId: string;
  readonly sessionId: string;
  readonly organizationId: string;
  /** Present if the link is for one user's keys. */
  readonly userId?: string;
  readonly customClaims: Readonly<Record<string, string>>;
}

/** A manager of keys: a customer with a key, a customer on the page for keys, or an operator. */
export type Actor = Caller | Visitor | Operator;

/** The actor of a request, and the request. */
export interface Initiator {
  readonly actor: Actor;
  /** API Gateway's id, which is in every log and answer. */
  readonly requestId: string;
  /** Whether a visitor's session has not ended meanwhile. Scalekit knows it of a key. */
  readonly stands?: () => Promise<Result<void, Failure>>;
}

export function isOperator(actor: Actor): actor is Operator {
  return 'userArn' in actor;
}

/** The own key of an actor; `undefined` if it has none. */
export function ownKeyOf(actor: Actor): string | undefined {
  return 'keyId' in actor ? actor.keyId : undefined;
}

/** The value of `issued_by` for the keys that an actor makes: the key, the link, the user or the client. */
export function issuerOf(actor: Caller | Visitor): string {
  if ('linkId' in actor) return actor.linkId;
  if (actor.keyId !== undefined) return actor.keyId;
  return actor.credential === 'session' ? actor.userId : actor.clientId;
}

/** The latest expiry of the keys that an actor makes. A key that outlives its maker's session or token is not bigger. */
export function latestExpiryOf(actor: Actor): string | undefined {
  return ownKeyOf(actor) !== undefined && 'expiresAt' in actor ? actor.expiresAt : undefined;
}

/**
 * Reads the actor from a proxy event. An operator's request is signed and on an operators' route. A signed request on another
 * route, an unsigned request on an operators' route, or a request with both kinds of credentials is an `internal_error`.
 */
export function readActor(event: APIGatewayProxyEvent): Result<Caller | Operator, Failure> {
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
