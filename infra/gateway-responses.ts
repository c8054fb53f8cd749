import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';

/** Headers of an answer that a page of another origin may read. */
export const corsExposeHeaders = ['Location', 'Retry-After', 'WWW-Authenticate'];

interface Refusal {
  readonly type: ResponseType;
  readonly status: number;
  readonly title: string;
  readonly code: string;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const challenge = 'Bearer realm="api"';

const notFound = { status: 404, title: 'Not Found', code: 'not_found', detail: 'There is no such route.' };
const forbidden = { status: 403, title: 'Forbidden', code: 'forbidden', detail: 'The request was refused.' };
const badRequest = {
  status: 400,
  title: 'Bad Request',
  code: 'invalid_request',
  detail: 'The request does not fit.',
};
const internalError = {
  status: 500,
  title: 'Internal Server Error',
  code: 'internal_error',
  detail: 'The fault is on our side, and is logged.',
};
const outage = {
  status: 503,
  title: 'Service Unavailable',
  code: 'upstream_unavailable',
  detail: 'The API key could not be checked. The key may be good: keep it, and try again.',
  headers: { 'Retry-After': '5' },
};
const tooMany = {
  status: 429,
  title: 'Too Many Requests',
  code: 'throttled',
  detail: 'Too many requests.',
  headers: { 'Retry-After': '1' },
};

/**
 * Every type of gateway response that API Gateway has, for one that is customised inherits nothing. Texts are constant
 * and `$context.error.message` is in none: on an unknown route it may quote the Authorization header.
 */
const refusals: readonly Refusal[] = [
  {
    type: ResponseType.UNAUTHORIZED,
    status: 401,
    title: 'Unauthorized',
    code: 'missing_credentials',
    detail: 'Send an API key: "Authorization: Bearer KEY".',
    headers: { 'WWW-Authenticate': challenge },
  },
  {
    type: ResponseType.ACCESS_DENIED,
    status: 401,
    title: 'Unauthorized',
    code: '$context.authorizer.code', // the code that the authorizer denied with
    detail: 'The API key is malformed, unknown, expired or revoked, or may not be used from here; see `code`.',
    headers: { 'WWW-Authenticate': `${challenge}, error="invalid_token"` },
  },
  { type: ResponseType.AUTHORIZER_FAILURE, ...outage },
  { type: ResponseType.AUTHORIZER_CONFIGURATION_ERROR, ...outage },
  { type: ResponseType.MISSING_AUTHENTICATION_TOKEN, ...notFound },
  { type: ResponseType.RESOURCE_NOT_FOUND, ...notFound },
  // No route of this API takes AWS signatures: what looks for one is no route.
  { type: ResponseType.INVALID_SIGNATURE, ...notFound },
  { type: ResponseType.EXPIRED_TOKEN, ...notFound },
  { type: ResponseType.INVALID_API_KEY, ...forbidden },
  { type: ResponseType.WAF_FILTERED, ...forbidden },
  { type: ResponseType.BAD_REQUEST_BODY, ...badRequest },
  { type: ResponseType.BAD_REQUEST_PARAMETERS, ...badRequest },
  { type: ResponseType.DEFAULT_4XX, ...badRequest },
  {
    type: ResponseType.REQUEST_TOO_LARGE,
    status: 413,
    title: 'Content Too Large',
    code: 'request_too_large',
    detail: 'The body is over 10 MB.',
  },
  {
    type: ResponseType.UNSUPPORTED_MEDIA_TYPE,
    status: 415,
    title: 'Unsupported Media Type',
    code: 'unsupported_media_type',
    detail: 'Send JSON.',
  },
  { type: ResponseType.THROTTLED, ...tooMany },
  { type: ResponseType.QUOTA_EXCEEDED, ...tooMany, headers: { 'Retry-After': '3600' } },
  {
    type: ResponseType.INTEGRATION_TIMEOUT,
    status: 504,
    title: 'Gateway Timeout',
    code: 'timeout',
    detail: 'The request took too long.',
  },
  { type: ResponseType.INTEGRATION_FAILURE, ...internalError },
  { type: ResponseType.API_CONFIGURATION_ERROR, ...internalError },
  { type: ResponseType.DEFAULT_5XX, ...internalError },
];

/** Gives the API its problem body for each refusal of the gateway, with the CORS headers. */
export function addGatewayResponses(api: RestApi, corsAllowOrigin: string): void {
  for (const { type, status, title, code, detail, headers } of refusals) {
    const problem = { type: 'about:blank', title, status, detail, code, requestId: '$context.requestId' };
    api.addGatewayResponse(type.responseType, {
      type,
      statusCode: String(status),
      templates: { 'application/json': JSON.stringify(problem) },
      responseHeaders: quoted({
        'Cache-Control': 'no-store',
        'Access-Control-Allow-Origin': corsAllowOrigin,
        'Access-Control-Expose-Headers': corsExposeHeaders.join(', '),
        ...headers,
      }),
    });
  }
}

/** API Gateway takes a constant header value in single quotes. */
function quoted(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `'${value}'`]));
}
