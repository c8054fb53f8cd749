import { aws } from '../account.ts';
import { valuesOf } from '../http/header-fields.ts';
import type { Identity } from '../iam/iam.ts';
import type { RestApi, Route } from '../template/model.ts';
import type { GatewayRequest } from './request.ts';

/** The `$context` variables of one request. Each step of its handling adds some. */
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

/** Adds the matched route. */
export function addRoute(context: ContextVariables, route: Route): void {
  context['resourcePath'] = route.resourcePath;
  context['resourceId'] = route.resourceId;
}

/** Adds the identity that signed the request. */
export function addIdentity(context: ContextVariables, { userId, arn }: Identity): void {
  context['identity.caller'] = userId;
  context['identity.user'] = userId;
  context['identity.userArn'] = arn;
}

/** Adds an authorizer's output, as `$context.authorizer.KEY`; every value becomes a string. */
export function addAuthorizer(context: ContextVariables, entries: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(entries)) context[`authorizer.${key}`] = String(value);
}

/** Adds why the gateway answers instead of an integration. */
export function addError(context: ContextVariables, responseType: string, message: string | null): void {
  context['error.responseType'] = responseType;
  context['error.message'] = message ?? undefined;
  context['error.messageString'] = JSON.stringify(message);
}

/** Adds how long a step took, in milliseconds; a value that the step itself added stays. */
export async function timed<T>(
  context: ContextVariables,
  variable: 'authorizer.latency' | 'integrationLatency',
  step: () => Promise<T>,
): Promise<T> {
  const startedAt = Date.now();
  const result = await step();
  context[variable] ??= String(Date.now() - startedAt);
  return result;
}

/** Adds the status and the latency; returns the latency in milliseconds. */
export function addAnswer(context: ContextVariables, status: number, receivedAt: number): number {
  const durationMs = Date.now() - receivedAt;
  context['status'] = String(status);
  context['responseLatency'] = String(durationMs);
  return durationMs;
}

/** Replaces the variables in a template, and those without a value by `absent`. VTL is not run. */
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

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `dd/MMM/yyyy:HH:mm:ss +0000`, as in the common log format. */
export function commonLogTime(epochMs: number): string {
  const iso = new Date(epochMs).toISOString();
  return `${iso.slice(8, 10)}/${months[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}
