import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { problemType } from '../../shared/deployment.ts';

/** How an API answers what the gateway itself refuses, by one type of gateway response. */
export interface Refusal {
  readonly type: ResponseType;
  readonly status: number;
  readonly title: string;
  readonly code: string;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Headers whose values are variables, like `context.requestId`. One without a value is not sent. */
  readonly mappedHeaders?: Readonly<Record<string, string>>;
}

type Answer = Omit<Refusal, 'type'>;

export const forbidden: Answer = {
  status: 403,
  title: 'Forbidden',
  code: 'forbidden',
  detail: 'The request was refused before it reached its route.',
};
export const outage: Answer = {
  status: 503,
  title: 'Service Unavailable',
  code: 'upstream_unavailable',
  detail: 'The API key could not be checked. The key may be good: keep it, and retry.',
  headers: { 'Retry-After': '5' },
};
const badRequest: Answer = {
  status: 400,
  title: 'Bad Request',
  code: 'invalid_request',
  detail: 'The request is not valid.',
};
const internalError: Answer = {
  status: 500,
  title: 'Internal Server Error',
  code: 'internal_error',
  detail: 'The server failed. The error is logged under `requestId`.',
};
const tooMany: Answer = {
  status: 429,
  title: 'Too Many Requests',
  code: 'throttled',
  detail: 'There are too many requests. Wait for the seconds in Retry-After, then retry.',
  headers: { 'Retry-After': '1' },
};

/** The types that mean the same on every API; each API adds those that tell of credentials. */
const commonRefusals: readonly Refusal[] = [
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
    detail: 'The body is larger than 10 MB.',
  },
  {
    type: ResponseType.UNSUPPORTED_MEDIA_TYPE,
    status: 415,
    title: 'Unsupported Media Type',
    code: 'unsupported_media_type',
    detail: 'Send the body as JSON, with the header Content-Type: application/json.',
  },
  { type: ResponseType.THROTTLED, ...tooMany },
  { type: ResponseType.QUOTA_EXCEEDED, ...tooMany, headers: { 'Retry-After': '3600' } },
  {
    type: ResponseType.INTEGRATION_TIMEOUT,
    status: 504,
    title: 'Gateway Timeout',
    code: 'timeout',
    detail: 'The request took too long. It may still take effect.',
  },
  { type: ResponseType.INTEGRATION_FAILURE, ...internalError },
  { type: ResponseType.API_CONFIGURATION_ERROR, ...internalError },
  { type: ResponseType.DEFAULT_5XX, ...internalError },
];

/**
 * Gives an API its problem body for each refusal of the gateway: `refusals`, and those that all APIs have in common.
 * Together they are every type that API Gateway has, for one that is customised inherits nothing. Texts are constant and
 * `$context.error.message` is in none: on an unknown route it may quote the Authorization header. The defaults set a status too:
 * a body and a status that disagree would be no problem of the contract.
 */
export function addGatewayResponses(
  api: RestApi,
  refusals: readonly Refusal[],
  commonHeaders: Readonly<Record<string, string>>,
  docsUrl: string | undefined,
): void {
  const all = new Map([...commonRefusals, ...refusals].map((refusal) => [refusal.type, refusal]));
  for (const { type, status, title, code, detail, headers, mappedHeaders } of all.values()) {
    const problem = { type: problemType(docsUrl, code), title, status, detail, code, requestId: '$context.requestId' };
    api.addGatewayResponse(type.responseType, {
      type,
      statusCode: String(status),
      templates: { 'application/json': JSON.stringify(problem) },
      responseHeaders: { ...quoted({ 'Cache-Control': 'no-store', ...commonHeaders, ...headers }), ...mappedHeaders },
    });
  }
}

/** API Gateway takes a constant header value in single quotes. */
function quoted(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `'${value}'`]));
}
