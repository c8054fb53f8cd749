import { aws } from '../account.ts';
import { valuesOf } from '../http/header-fields.ts';
import type { RestApi, Route } from '../template/model.ts';
import { commonLogTime } from './events.ts';
import type { GatewayRequest } from './request.ts';

/** The `$context` variables of one request; they fill up as the request is handled. */
export type ContextVariables = Record<string, string | undefined>;

/** The variables that are known before routing. */
export function contextOf(api: RestApi, request: GatewayRequest): ContextVariables {
  return {
    accountId: aws.accountId,
    apiId: api.apiId,
    deploymentId: api.deploymentId,
    extendedRequestId: request.extendedRequestId,
    httpMethod: request.method,
    'identity.sourceIp': request.sourceIp,
    'identity.userAgent': valuesOf(request.headers, 'user-agent')[0],
    path: request.contextPath,
    protocol: request.protocol,
    requestId: request.requestId,
    requestTime: commonLogTime(request.receivedAt),
    requestTimeEpoch: String(request.receivedAt),
    stage: api.stageName,
  };
}

/** Adds what routing found. */
export function addRoute(context: ContextVariables, route: Route): void {
  context['resourcePath'] = route.resourcePath;
  context['resourceId'] = route.resourceId;
}

/** Adds what an authorizer said, as `$context.authorizer.KEY`; every value becomes a text. */
export function addAuthorizer(context: ContextVariables, entries: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(entries)) context[`authorizer.${key}`] = String(value);
}

/** Puts the variables into a template; `absent` stands for one that has no value. No VTL is run. */
export function substitute(
  template: string,
  context: ContextVariables,
  absent: string,
  other: (name: string) => string | undefined = () => undefined,
): string {
  return template.replace(
    /\$(context|stageVariables|method\.request\.(?:header|path|querystring))\.([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)/g,
    (_match, source: string, name: string) =>
      (source === 'context'
        ? Object.hasOwn(context, name)
          ? context[name]
          : undefined
        : other(`${source}.${name}`)) ?? absent,
  );
}
