import { aws } from '../account.ts';
import { type HeaderFields, valuesOf } from '../http/header-fields.ts';
import type { Identity } from '../iam/iam.ts';
import type { RestApi, Route } from '../template/model.ts';
import { handedOn, toMaps } from './headers.ts';
import type { GatewayRequest } from './request.ts';
import type { RouteMatch } from './router.ts';

/** The ARN of the method that a request calls: real verb, real path. */
export function methodArn(api: RestApi, request: GatewayRequest): string {
  const path = request.path.replace(/^\//, '');
  return `arn:${aws.partition}:execute-api:${aws.region}:${aws.accountId}:${api.apiId}/${api.stageName}/${request.method}/${path}`;
}

/** The ARN by which Lambda permissions know a route: its path has the parameters in place. */
export function routeArn(api: RestApi, method: string, resourcePath: string): string {
  return `arn:${aws.partition}:execute-api:${aws.region}:${aws.accountId}:${api.apiId}/${api.stageName}/${method}${resourcePath}`;
}

/** Who calls: the context that an authorizer returned, or who signed the request; neither for a method that is open. */
export interface GatewayCaller {
  readonly authorizer?: Readonly<Record<string, unknown>>;
  readonly identity?: Identity;
}

/** The event of a Lambda proxy integration. */
export function proxyEvent(
  api: RestApi,
  request: GatewayRequest,
  match: RouteMatch,
  body: Buffer,
  { authorizer, identity }: GatewayCaller,
): Record<string, unknown> {
  const isBinary = isBinaryType(api, valuesOf(request.headers, 'content-type')[0]);
  return {
    ...commonEvent(api, request, match),
    body: body.length === 0 ? null : body.toString(isBinary ? 'base64' : 'utf8'),
    isBase64Encoded: isBinary && body.length > 0,
    requestContext: {
      ...requestContext(api, request, match.route, identity),
      ...(authorizer ? { authorizer } : {}),
    },
  };
}

/** The event of a REQUEST authorizer: like the proxy event, without a body. */
export function authorizerEvent(api: RestApi, request: GatewayRequest, match: RouteMatch): Record<string, unknown> {
  const event = commonEvent(api, request, match);
  return {
    type: 'REQUEST',
    methodArn: methodArn(api, request),
    ...event,
    queryStringParameters: event.queryStringParameters ?? {},
    multiValueQueryStringParameters: event.multiValueQueryStringParameters ?? {},
    pathParameters: event.pathParameters ?? {},
    stageVariables: event.stageVariables ?? {},
    requestContext: requestContext(api, request, match.route),
  };
}

/** Tells whether the API treats a media type as binary. */
export function isBinaryType(api: RestApi, mediaType: string | undefined): boolean {
  const type = mediaType?.split(';')[0]?.trim();
  return type !== undefined && (api.binaryMediaTypes.includes(type) || api.binaryMediaTypes.includes('*/*'));
}

function commonEvent(api: RestApi, request: GatewayRequest, { route, pathParameters }: RouteMatch) {
  const headers = toMaps(eventHeaders(request));
  const query = toMaps(request.query);
  const hasQuery = request.query.length > 0;
  return {
    resource: route.resourcePath,
    path: request.path,
    httpMethod: request.method,
    headers: headers.single,
    multiValueHeaders: headers.multi,
    queryStringParameters: hasQuery ? query.single : null,
    multiValueQueryStringParameters: hasQuery ? query.multi : null,
    pathParameters,
    stageVariables: api.stageVariables,
  };
}

function eventHeaders(request: GatewayRequest): HeaderFields {
  const own = ['x-amzn-trace-id', 'x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto'];
  const forwardedFor = [...valuesOf(request.headers, 'x-forwarded-for'), request.sourceIp].join(', ');
  return [
    ...handedOn(request.headers).filter(([name]) => !own.includes(name.toLowerCase())),
    ['X-Amzn-Trace-Id', request.traceId],
    ['X-Forwarded-For', forwardedFor],
    ['X-Forwarded-Port', '443'],
    ['X-Forwarded-Proto', 'https'],
  ];
}

function requestContext(
  api: RestApi,
  request: GatewayRequest,
  route: Route,
  identity?: Identity,
): Record<string, unknown> {
  const host = valuesOf(request.headers, 'host')[0] ?? '';
  return {
    accountId: aws.accountId,
    apiId: api.apiId,
    deploymentId: api.deploymentId,
    domainName: host.replace(/:\d+$/, ''),
    domainPrefix: host.split('.')[0]?.replace(/:\d+$/, '') ?? '',
    extendedRequestId: request.extendedRequestId,
    httpMethod: request.method,
    identity: {
      accessKey: identity?.credentials.accessKeyId ?? null,
      accountId: identity ? aws.accountId : null,
      caller: identity?.userId ?? null,
      cognitoAuthenticationProvider: null,
      cognitoAuthenticationType: null,
      cognitoIdentityId: null,
      cognitoIdentityPoolId: null,
      principalOrgId: null,
      sourceIp: request.sourceIp,
      user: identity?.userId ?? null,
      userAgent: valuesOf(request.headers, 'user-agent')[0] ?? null,
      userArn: identity?.arn ?? null,
    },
    path: request.contextPath,
    protocol: request.protocol,
    requestId: request.requestId,
    requestTime: commonLogTime(request.receivedAt),
    requestTimeEpoch: request.receivedAt,
    resourceId: route.resourceId,
    resourcePath: route.resourcePath,
    stage: api.stageName,
  };
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `dd/MMM/yyyy:HH:mm:ss +0000`, as in the common log format. */
export function commonLogTime(epochMs: number): string {
  const iso = new Date(epochMs).toISOString();
  return `${iso.slice(8, 10)}/${months[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}
