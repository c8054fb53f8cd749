import { arnOf, aws } from '../account.ts';
import { type HeaderFields, valuesOf } from '../http/header-fields.ts';
import type { Identity } from '../iam/iam.ts';
import type { RestApi } from '../template/model.ts';
import { commonLogTime } from './context.ts';
import type { Arrival, AuthorizedExchange, Exchange } from './exchange.ts';
import { handedOn, toMaps } from './headers.ts';
import type { GatewayRequest } from './request.ts';

/** The ARN of a request's method, with the request's own verb and path. */
export function methodArn({ api, request }: Arrival): string {
  return executeApiArn(api, `${request.method}/${request.path.replace(/^\//, '')}`);
}

/** The ARN of a route in Lambda permissions. Its path has placeholders, such as `/keys/{keyId}`. */
export function routeArn({ api, request, match }: Exchange): string {
  return executeApiArn(api, `${request.method}${match.route.resourcePath}`);
}

function executeApiArn({ apiId, stageName }: RestApi, method: string): string {
  return arnOf('execute-api', `${apiId}/${stageName}/${method}`);
}

/** The event of a Lambda proxy integration. */
export function proxyEvent(exchange: AuthorizedExchange): Record<string, unknown> {
  const { api, request, body, caller } = exchange;
  const isBinary = isBinaryType(api, valuesOf(request.headers, 'content-type')[0]);
  return {
    ...commonEvent(exchange),
    body: body.length === 0 ? null : body.toString(isBinary ? 'base64' : 'utf8'),
    isBase64Encoded: isBinary && body.length > 0,
    requestContext: {
      ...requestContext(exchange, caller.identity),
      ...(caller.authorizer ? { authorizer: caller.authorizer } : {}),
    },
  };
}

/** The event of a REQUEST authorizer: like the proxy event, without a body. */
export function authorizerEvent(exchange: Exchange): Record<string, unknown> {
  const event = commonEvent(exchange);
  return {
    type: 'REQUEST',
    methodArn: methodArn(exchange),
    ...event,
    queryStringParameters: event.queryStringParameters ?? {},
    multiValueQueryStringParameters: event.multiValueQueryStringParameters ?? {},
    pathParameters: event.pathParameters ?? {},
    stageVariables: event.stageVariables ?? {},
    requestContext: requestContext(exchange),
  };
}

/** Whether the API treats a media type as binary. */
export function isBinaryType(api: RestApi, mediaType: string | undefined): boolean {
  const type = mediaType?.split(';')[0]?.trim();
  return type !== undefined && (api.binaryMediaTypes.includes(type) || api.binaryMediaTypes.includes('*/*'));
}

function commonEvent({ api, request, match: { route, pathParameters } }: Exchange) {
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

function requestContext({ api, request, match: { route } }: Exchange, identity?: Identity): Record<string, unknown> {
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
