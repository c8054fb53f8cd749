import { z } from 'zod';
import { arnOf } from '../account.ts';
import { valuesOf } from '../http/header-fields.ts';
import type { LambdaService } from '../lambda/lambda-service.ts';
import type { Authorizer, IdentitySource, PolicyStatement } from '../template/model.ts';
import { PolicySchema, unevaluatedMembers } from '../template/policies.ts';
import { AuthorizerCache, type Decision } from './authorizer-cache.ts';
import { addAuthorizer, timed } from './context.ts';
import { authorizerEvent, methodArn } from './events.ts';
import type { Exchange, GatewayCaller } from './exchange.ts';
import type { Refusal } from './gateway-response.ts';
import { combineVerdicts, evaluatePolicy, type Verdict } from './policy.ts';

/** API Gateway does not accept a longer resource in an authorizer's policy. */
const maxResourceLength = 512;

const AuthorizerResult = z.object({
  principalId: z.string(),
  policyDocument: PolicySchema.refine(({ Statement }) => Statement.every(isAccepted)),
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
  usageIdentifierKey: z.string().nullish(),
});

const unauthorized: Refusal = { type: 'UNAUTHORIZED', message: 'Unauthorized' };

/** The REQUEST authorizers of one stage, with their shared cache. */
export class LambdaAuthorizers {
  readonly #lambda: LambdaService;
  readonly #cache = new AuthorizerCache();

  constructor(lambda: LambdaService) {
    this.#lambda = lambda;
  }

  /** Forgets all results. */
  flush(): void {
    this.#cache.flush();
  }

  /** Gets a decision from the cache or the authorizer, and evaluates its policy for the request. */
  authorize(exchange: Exchange, authorizer: Authorizer): Promise<GatewayCaller | Refusal> {
    return timed(exchange.context, 'authorizer.latency', () => this.#authorize(exchange, authorizer));
  }

  async #authorize(exchange: Exchange, authorizer: Authorizer): Promise<GatewayCaller | Refusal> {
    const identity = authorizer.identitySources.map((source) => identityValue(source, exchange));
    if (identity.some((value) => !value)) return unauthorized;

    const startedAt = Date.now();
    const cacheKey = JSON.stringify([authorizer.authorizerId, ...identity]);
    const cached = authorizer.ttlSeconds > 0 ? this.#cache.get(cacheKey) : undefined;
    const decision = cached ?? (await this.#askFunction(exchange, authorizer));
    if ('type' in decision) return decision;
    if (!cached && authorizer.ttlSeconds > 0) this.#cache.set(cacheKey, decision, authorizer.ttlSeconds);

    const arn = methodArn(exchange);
    const { sourceIp } = exchange.request;
    const { resourcePolicy } = exchange.api;
    const byResource = resourcePolicy ? evaluatePolicy(resourcePolicy, arn, sourceIp) : 'ImplicitDeny';
    const verdict = combineVerdicts(evaluatePolicy(decision.policy, arn, sourceIp), byResource);
    const refused = verdict !== 'Allow';
    const context = refused ? decision.context : { ...decision.context, integrationLatency: Date.now() - startedAt };
    addAuthorizer(exchange.context, context);
    return refused ? denied(verdict) : { authorizer: context, usageIdentifierKey: decision.usageIdentifierKey };
  }

  /** Invokes the function. A function error or a malformed result is a refusal that is never cached. */
  async #askFunction(exchange: Exchange, authorizer: Authorizer): Promise<Decision | Refusal> {
    const sourceArn = arnOf('execute-api', `${exchange.api.apiId}/authorizers/${authorizer.authorizerId}`);
    const gateway = { service: 'apigateway.amazonaws.com', sourceArn };
    const result = await this.#lambda.invoke(authorizer.functionArn, authorizerEvent(exchange), gateway);
    if (result === 'denied') return { type: 'AUTHORIZER_CONFIGURATION_ERROR', message: null };
    if (result?.ok === false && result.errorMessage === 'Unauthorized') return unauthorized;
    if (!result) return { type: 'AUTHORIZER_FAILURE', message: null };
    const parsed = result.ok ? AuthorizerResult.safeParse(JSON.parse(result.payload)) : undefined;
    if (!parsed?.success) return { type: 'AUTHORIZER_CONFIGURATION_ERROR', message: null };
    const { principalId, policyDocument, context, usageIdentifierKey } = parsed.data;
    const strings = Object.entries(context ?? {}).map(([key, value]): [string, string] => [key, String(value)]);
    return {
      policy: policyDocument,
      context: { ...Object.fromEntries(strings), principalId },
      usageIdentifierKey: usageIdentifierKey ?? undefined,
    };
  }
}

/** Whether a statement of an authorizer's policy names actions and resources. A Condition is accepted, but not evaluated. */
function isAccepted(statement: PolicyStatement): boolean {
  const { Action, Resource = [] } = statement;
  const resources = [Resource].flat();
  return (
    Action !== undefined &&
    statement.Resource !== undefined &&
    resources.every((resource) => resource.length <= maxResourceLength) &&
    unevaluatedMembers(statement).every((member) => member === 'Condition')
  );
}

function denied(verdict: Exclude<Verdict, 'Allow'>): Refusal {
  const message = 'User is not authorized to access this resource';
  return { type: 'ACCESS_DENIED', message: verdict === 'ExplicitDeny' ? `${message} with an explicit deny` : message };
}

/** The value of an identity source. Several values of a header are joined, so that none can hide behind another. */
function identityValue({ from, name }: IdentitySource, { api, request, context }: Exchange): string | undefined {
  switch (from) {
    case 'header':
      return valuesOf(request.headers, name).join(',');
    case 'querystring':
      return request.query
        .filter(([field]) => field === name)
        .map(([, value]) => value)
        .join(',');
    case 'stageVariables':
      return api.stageVariables?.[name];
    case 'context':
      return context[name];
  }
}
