import { valuesOf } from '../http/header-fields.ts';
import type { CustomGatewayResponse, RestApi } from '../template/model.ts';
import type { GatewayAnswer } from './answer.ts';
import { addError, type ContextVariables, substitute } from './context.ts';
import type { Arrival } from './exchange.ts';
import type { GatewayRequest } from './request.ts';

interface StockResponse {
  /** `undefined` for the two defaults, which have no status of their own. */
  readonly statusCode: number | undefined;
  /** `x-amzn-ErrorType`. */
  readonly errorType: string;
}

const stock = {
  ACCESS_DENIED: { statusCode: 403, errorType: 'AccessDeniedException' },
  API_CONFIGURATION_ERROR: { statusCode: 500, errorType: 'InternalServerErrorException' },
  AUTHORIZER_CONFIGURATION_ERROR: { statusCode: 500, errorType: 'AuthorizerConfigurationException' },
  AUTHORIZER_FAILURE: { statusCode: 500, errorType: 'AuthorizerConfigurationException' },
  BAD_REQUEST_BODY: { statusCode: 400, errorType: 'BadRequestException' },
  BAD_REQUEST_PARAMETERS: { statusCode: 400, errorType: 'BadRequestException' },
  DEFAULT_4XX: { statusCode: undefined, errorType: 'ForbiddenException' },
  DEFAULT_5XX: { statusCode: undefined, errorType: 'InternalServerErrorException' },
  EXPIRED_TOKEN: { statusCode: 403, errorType: 'ExpiredTokenException' },
  INTEGRATION_FAILURE: { statusCode: 504, errorType: 'InternalServerErrorException' },
  INTEGRATION_TIMEOUT: { statusCode: 504, errorType: 'InternalServerErrorException' },
  INVALID_API_KEY: { statusCode: 403, errorType: 'ForbiddenException' },
  INVALID_SIGNATURE: { statusCode: 403, errorType: 'InvalidSignatureException' },
  MISSING_AUTHENTICATION_TOKEN: { statusCode: 403, errorType: 'MissingAuthenticationTokenException' },
  QUOTA_EXCEEDED: { statusCode: 429, errorType: 'LimitExceededException' },
  REQUEST_TOO_LARGE: { statusCode: 413, errorType: 'RequestTooLargeException' },
  RESOURCE_NOT_FOUND: { statusCode: 404, errorType: 'NotFoundException' },
  THROTTLED: { statusCode: 429, errorType: 'TooManyRequestsException' },
  UNAUTHORIZED: { statusCode: 401, errorType: 'UnauthorizedException' },
  UNSUPPORTED_MEDIA_TYPE: { statusCode: 415, errorType: 'UnsupportedMediaTypeException' },
  WAF_FILTERED: { statusCode: 403, errorType: 'ForbiddenException' },
} satisfies Record<string, StockResponse>;

/** The 21 types of gateway response. */
export type GatewayResponseType = keyof typeof stock;

/** All types, in alphabetical order. */
export const gatewayResponseTypes = Object.keys(stock) as GatewayResponseType[];

/** Why the gateway answers instead of an integration. */
export interface Refusal {
  readonly type: GatewayResponseType;
  /** `$context.error.message`; `null` renders as a bare null. */
  readonly message: string | null;
  /** The status if no customised response sets one. Default: the type's own. */
  readonly status?: number;
}

/** A gateway response with its inheritance applied. */
export interface EffectiveGatewayResponse {
  readonly responseType: GatewayResponseType;
  readonly statusCode: number | undefined;
  readonly responseParameters: Readonly<Record<string, string>>;
  readonly responseTemplates: Readonly<Record<string, string>>;
  readonly defaultResponse: boolean;
}

/** The answer of GetGatewayResponse for a type. */
export function effectiveGatewayResponse(api: RestApi, type: GatewayResponseType): EffectiveGatewayResponse {
  const custom = customisation(api, type);
  return {
    responseType: type,
    statusCode: custom?.statusCode ?? stock[type].statusCode,
    responseParameters: custom?.responseParameters ?? {},
    responseTemplates: custom?.responseTemplates ?? { 'application/json': '{"message":$context.error.messageString}' },
    defaultResponse: api.gatewayResponses[type] === undefined,
  };
}

/** Renders the answer to a refused request. */
export function renderGatewayResponse(refusal: Refusal, { api, request, context }: Arrival): GatewayAnswer {
  const { type, message } = refusal;
  addError(context, type, message);
  // API Gateway's own 413 is not customisable, even if the control plane shows a customisation.
  const custom = type === 'REQUEST_TOO_LARGE' ? undefined : customisation(api, type);
  const status = custom?.statusCode ?? refusal.status ?? stock[type].statusCode ?? 500;
  const [contentType, template] = Object.entries(custom?.responseTemplates ?? {})[0] ?? ['application/json', undefined];
  const other = (name: string) => requestValue(api, request, name);
  const body = template === undefined ? stockBody(type, message) : substitute(template, context, '', other);
  const headers: [string, string][] = [
    ['x-amzn-ErrorType', stock[type].errorType],
    ['Content-Type', contentType],
  ];
  for (const [name, value] of Object.entries(custom?.responseParameters ?? {})) {
    const header = /^gatewayresponse\.header\.(.+)$/.exec(name)?.[1];
    const rendered = parameterValue(value, context, other);
    if (header === undefined || rendered === undefined) continue;
    const same = headers.findIndex(([set]) => set.toLowerCase() === header.toLowerCase());
    if (same >= 0) headers.splice(same, 1);
    headers.push([header, rendered]);
  }
  return { status, headers, body: Buffer.from(body), traced: false };
}

/** The type's own customisation, which inherits nothing; otherwise that of its default. */
function customisation(api: RestApi, type: GatewayResponseType): CustomGatewayResponse | undefined {
  const { statusCode } = stock[type];
  const fallback = (statusCode ?? 0) < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX';
  return api.gatewayResponses[type] ?? (statusCode === undefined ? undefined : api.gatewayResponses[fallback]);
}

/** The body without a template, as API Gateway sends it: `Message` for a denied policy, a space in its internal error. */
function stockBody(type: GatewayResponseType, message: string | null): string {
  const text = JSON.stringify(message);
  if (type === 'ACCESS_DENIED') return `{"Message":${text}}`;
  return message === 'Internal server error' ? `{"message": ${text}}` : `{"message":${text}}`;
}

function parameterValue(
  value: string,
  context: ContextVariables,
  other: (name: string) => string | undefined,
): string | undefined {
  const constant = /^'(.*)'$/s.exec(value)?.[1];
  if (constant !== undefined) return constant;
  return value.startsWith('context.') ? context[value.slice('context.'.length)] : other(value);
}

function requestValue(api: RestApi, request: GatewayRequest, name: string): string | undefined {
  const [, source, key = ''] =
    /^(stageVariables|method\.request\.header|method\.request\.querystring)\.(.+)$/.exec(name) ?? [];
  if (source === 'stageVariables') return api.stageVariables?.[key];
  if (source === 'method.request.header') return valuesOf(request.headers, key).at(-1);
  if (source === 'method.request.querystring') return request.query.findLast(([field]) => field === key)?.[1];
  return undefined;
}
