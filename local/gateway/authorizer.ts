import { z } from 'zod';
import { aws } from '../account.ts';
import { valuesOf } from '../http/header-fields.ts';
import type { LambdaService } from '../lambda/lambda-service.ts';
import type { Authorizer, IdentitySource, RestApi } from '../template/model.ts';
import type { AuthorizerCache, Decision } from './authorizer-cache.ts';
import type { ContextVariables } from './context.ts';
import { authorizerEvent, methodArn } from './events.ts';
import type { Refusal } from './gateway-response.ts';
import { combineVerdicts, evaluatePolicy, PolicyDocument, type Verdict } from './policy.ts';
import type { GatewayRequest } from './request.ts';
import type { RouteMatch } from './router.ts';

/** API Gateway does not accept a longer resource in an authorizer's policy. */
const maxResourceLength = 512;

const AuthorizerResult = z.object({
  principalId: z.string(),
  policyDocument: PolicyDocument.refine(({ Statement }) =>
    Statement.every(({ Resource }) => Resource.every((resource) => resource.length <= maxResourceLength)),
  ),
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
  usageIdentifierKey: z.string().nullish(),
});

/** The outcome for one request. */
export type Authorization =
  | { readonly allowed: true; readonly context: Readonly<Record<string, unknown>> }
  | { readonly allowed: false; readonly refusal: Refusal; readonly context?: Readonly<Record<string, string>> };

/** Asks a REQUEST authorizer about a request, or its cache, and evaluates the policy that it returned. */
export async function authorize(
  lambda: LambdaService,
  cache: AuthorizerCache,
  api: RestApi,
  authorizer: Authorizer,
  request: GatewayRequest,
  match: RouteMatch,
  context: ContextVariables,
): Promise<Authorization> {
  const identity = authorizer.identitySources.map((source) => identityValue(source, api, request, context));
  if (identity.some((value) => !value)) return refuse({ type: 'UNAUTHORIZED', message: 'Unauthorized' });

  const startedAt = Date.now();
  const cacheKey = JSON.stringify([authorizer.authorizerId, ...identity]);
  const cached = authorizer.ttlSeconds > 0 ? cache.get(cacheKey) : undefined;
  const decided = cached ?? (await askFunction(lambda, api, authorizer, authorizerEvent(api, request, match)));
  if ('type' in decided) return refuse(decided);
  if (!cached && authorizer.ttlSeconds > 0) cache.set(cacheKey, decided, authorizer.ttlSeconds);

  const arn = methodArn(api, request);
  const resourcePolicy = api.resourcePolicy
    ? evaluatePolicy(PolicyDocument.parse(api.resourcePolicy), arn)
    : 'ImplicitDeny';
  const verdict = combineVerdicts(evaluatePolicy(decided.policy, arn), resourcePolicy);
  if (verdict !== 'Allow') return { ...refuse(denied(verdict)), context: decided.context };
  return { allowed: true, context: { ...decided.context, integrationLatency: Date.now() - startedAt } };
}

function denied(verdict: Exclude<Verdict, 'Allow'>): Refusal {
  const message = 'User is not authorized to access this resource';
  return { type: 'ACCESS_DENIED', message: verdict === 'ExplicitDeny' ? `${message} with an explicit deny` : message };
}

/** Invokes the function. A function error or a malformed result is a refusal that is never cached. */
async function askFunction(
  lambda: LambdaService,
  api: RestApi,
  authorizer: Authorizer,
  event: unknown,
): Promise<Decision | Refusal> {
  const sourceArn = `arn:${aws.partition}:execute-api:${aws.region}:${aws.accountId}:${api.apiId}/authorizers/${authorizer.authorizerId}`;
  const result = await lambda.invoke(authorizer.functionArn, event, { service: 'apigateway.amazonaws.com', sourceArn });
  if (result === 'denied') return { type: 'AUTHORIZER_CONFIGURATION_ERROR', message: null };
  if (result?.ok === false && result.errorMessage === 'Unauthorized')
    return { type: 'UNAUTHORIZED', message: 'Unauthorized' };
  if (!result) return { type: 'AUTHORIZER_FAILURE', message: null };
  const parsed = result.ok ? AuthorizerResult.safeParse(JSON.parse(result.payload)) : undefined;
  if (!parsed?.success) return { type: 'AUTHORIZER_CONFIGURATION_ERROR', message: null };
  const { principalId, policyDocument, context } = parsed.data;
  const texts = Object.entries(context ?? {}).map(([key, value]) => [key, String(value)]);
  return { policy: policyDocument, context: { ...(Object.fromEntries(texts) as Record<string, string>), principalId } };
}

/** The value of an identity source; several values of one header count as one, so that none hides behind another. */
function identityValue(
  { from, name }: IdentitySource,
  api: RestApi,
  request: GatewayRequest,
  context: ContextVariables,
): string | undefined {
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

function refuse(refusal: Refusal): { allowed: false; refusal: Refusal } {
  return { allowed: false, refusal };
}
