import { type Initiator, isOperator, keyCaller, type Operator, readActor } from '../authentication/actor.ts';
import { type Caller, credentialOf } from '../authentication/caller.ts';
import { msPerDay, soonDays } from '../days.ts';
import { keyExpiresHeader } from '../deployment.ts';
import type { Failure } from '../failure.ts';
import { scopeOf } from '../key-claims.ts';
import type { Metrics } from '../metrics.ts';
import { fail, ok, type Result } from '../result.ts';
import { rateLimitPolicyKey } from '../usage-plans.ts';
import { type Answer, type Handler, handlerFor, type Origin } from './handler.ts';
import type { Input, RequestSchema } from './input.ts';

// The entry of this room. It makes the handler of a route from the kind of its callers, a schema and one operation. A handler
// identifies the caller, parses the input, runs the operation and answers. It never throws.

/** What a backend's route asks of its callers. */
export interface EndpointOptions {
  /** A word that the scope of the caller's key must have, like `notes:read`. Without it, every key may call the route. */
  readonly scope?: string;
}

/**
 * Makes the handler of a backend's route, which clients call with a key. A key that ends within 14 days gets its end in the
 * header `Api-Key-Expires`. An organization with a plan gets its limits in the header `RateLimit-Policy`.
 */
export function endpoint<S extends RequestSchema>(
  schema: S,
  run: (input: Input<S>, context: { readonly caller: Caller }) => Promise<Result<Answer, Failure>>,
  { scope }: EndpointOptions = {},
): Handler {
  return handlerFor({
    read: (event) => identified(keyCaller(event)),
    permit: (caller) =>
      scope === undefined || scopeOf(caller).includes(scope)
        ? ok(undefined)
        : fail({ kind: 'insufficient_scope', scope }),
    headers: ({ keyId, expiresAt }, event) => ({
      ...(keyId === undefined ? {} : expiresSoon(expiresAt)),
      ...rateLimitPolicy(event.requestContext.authorizer?.[rateLimitPolicyKey]),
    }),
    schema,
    run: (input, caller) => run(input, { caller }),
  });
}

/** The header with the limits of the organization's plan (draft-ietf-httpapi-ratelimit-headers); none without a plan. */
function rateLimitPolicy(policy: unknown): Record<string, string> {
  return typeof policy === 'string' && policy !== '' ? { 'RateLimit-Policy': policy } : {};
}

/** The header that reminds a client to replace its key; none while there is time. */
function expiresSoon(expiresAt: string | undefined): Record<string, string> {
  if (expiresAt === undefined || Date.parse(expiresAt) - Date.now() > soonDays * msPerDay) return {};
  return { [keyExpiresHeader]: expiresAt };
}

/** Makes the handler of a route that manages keys, which customers and operators call. */
export function keyEndpoint<S extends RequestSchema>(
  { metrics }: { readonly metrics: Metrics },
  schema: S,
  run: (
    input: Input<S>,
    /** `path` is the path that the client sees, with stage or base path. */
    context: { readonly by: Initiator; readonly path: string },
  ) => Promise<Result<Answer, Failure>>,
): Handler {
  return handlerFor({
    read: (event) => identified(readActor(event)),
    schema,
    run: (input, actor, { requestId, path }) => run(input, { by: { actor, requestId }, path }),
    metrics,
  });
}

/** Makes the handler of a route that anybody may call. */
export function openEndpoint<S extends RequestSchema>(
  { metrics }: { readonly metrics?: Metrics },
  schema: S,
  run: (
    input: Input<S>,
    /** `path` is the path that the client sees, with stage or base path. */
    context: { readonly requestId: string; readonly path: string },
  ) => Promise<Result<Answer, Failure>>,
): Handler {
  return handlerFor({
    read: () => ok({ value: undefined, log: {} }),
    schema,
    run: (input, _nobody, { requestId, path }) => run(input, { requestId, path }),
    metrics,
  });
}

/** The path of a key, for `Location`: below the `/keys` path that the client called, with stage or base path. */
export function keyPath(path: string, keyId: string): string {
  return path.replace(/\/+/g, '/').replace(/^(.*\/keys)(\/.*)?$/, `$1/${keyId}`);
}

/** Adds the log fields that identify an actor. */
function identified<A extends Caller | Operator>(actor: Result<A, Failure>): Result<Origin<A>, Failure> {
  if (!actor.ok) return actor;
  const { organizationId } = actor.value;
  const who = isOperator(actor.value) ? { userArn: actor.value.userArn } : credentialOf(actor.value);
  return ok({ value: actor.value, log: { organizationId, ...who } });
}
