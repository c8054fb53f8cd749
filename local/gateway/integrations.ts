import { setTimeout as delay } from 'node:timers/promises';
import { valuesOf } from '../http/header-fields.ts';
import { requestTooLarge } from '../lambda/function-runner.ts';
import { type LambdaService, notServedError } from '../lambda/lambda-service.ts';
import type { LambdaIntegration, MockIntegration, RestApi } from '../template/model.ts';
import type { GatewayAnswer } from './answer.ts';
import { timed } from './context.ts';
import { isBinaryType, proxyEvent, routeArn } from './events.ts';
import type { AuthorizedExchange } from './exchange.ts';
import type { Refusal } from './gateway-response.ts';
import { isUnmappable } from './headers.ts';
import { toAnswer } from './proxy-result.ts';
import type { GatewayRequest } from './request.ts';

const internalError = 'Internal server error';

/** Calls the integration of a route. Resolves to its answer, or to a refusal if it fails. */
export async function callIntegration(
  exchange: AuthorizedExchange,
  lambda: LambdaService,
): Promise<GatewayAnswer | Refusal> {
  const { integration } = exchange.match.route;
  if (integration.type === 'NOT_SERVED') return notServed(integration.reason);
  if (integration.type === 'MOCK') return callMock(integration, exchange.request);
  return timed(exchange.context, 'integrationLatency', () => callLambda(integration, exchange, lambda));
}

async function callLambda(
  integration: LambdaIntegration,
  exchange: AuthorizedExchange,
  lambda: LambdaService,
): Promise<GatewayAnswer | Refusal> {
  if (integration.httpMethod !== 'POST') return { type: 'INTEGRATION_FAILURE', message: internalError, status: 500 };
  if (integration.mappedRequestHeaders.some(isUnmappable))
    return { type: 'DEFAULT_5XX', message: internalError, status: 500 };
  const abort = new AbortController();
  const timeout = delay(integration.timeoutMs, 'timeout' as const, { signal: abort.signal }).catch(
    () => 'timeout' as const,
  );
  const gateway = { service: 'apigateway.amazonaws.com', sourceArn: routeArn(exchange) };
  const invoked = lambda.invoke(integration.functionArn, proxyEvent(exchange), gateway);
  const result = await Promise.race([invoked, timeout]);
  abort.abort();
  if (result === 'timeout') return { type: 'INTEGRATION_TIMEOUT', message: 'Endpoint request timed out' };
  if (result === 'denied') return { type: 'API_CONFIGURATION_ERROR', message: internalError, status: 500 };
  if (result === undefined) return { type: 'DEFAULT_5XX', message: internalError, status: 500 };
  if (!result.ok && result.errorType === notServedError) return notServed(result.errorMessage);
  if (!result.ok && result.errorType === requestTooLarge)
    return { type: 'REQUEST_TOO_LARGE', message: 'Request Too Long' };
  const [acceptedType] = valuesOf(exchange.request.headers, 'accept')[0]?.split(',') ?? [];
  const answer = result.ok && toAnswer(JSON.parse(result.payload), isBinaryAccept(exchange.api, acceptedType));
  return answer || { type: 'DEFAULT_5XX', message: internalError, status: 502 };
}

/** AWS would serve it. The answer says that only the local runtime does not. */
function notServed(reason: string): GatewayAnswer {
  const body = Buffer.from(JSON.stringify({ message: `Not served by the local runtime: ${reason}` }));
  return { status: 502, headers: [['Content-Type', 'application/json']], body, traced: false };
}

function callMock(integration: MockIntegration, request: GatewayRequest): GatewayAnswer | Refusal {
  const contentType = valuesOf(request.headers, 'content-type')[0]?.split(';')[0]?.trim() ?? 'application/json';
  const status = Object.hasOwn(integration.statusByContentType, contentType)
    ? integration.statusByContentType[contentType]
    : undefined;
  if (!status && integration.passthrough === 'NEVER')
    return { type: 'UNSUPPORTED_MEDIA_TYPE', message: 'Unsupported Media Type' };
  const response =
    integration.responses.find(
      ({ selectionPattern }) => selectionPattern && status && new RegExp(`^(?:${selectionPattern})$`).test(status),
    ) ?? integration.responses.find(({ selectionPattern }) => selectionPattern === undefined);
  if (!status || !response) return { type: 'DEFAULT_5XX', message: internalError, status: 500 };
  const headers = Object.entries(response.headers);
  const typed = headers.some(([name]) => name.toLowerCase() === 'content-type');
  return {
    status: response.statusCode,
    headers: typed ? headers : [...headers, ['Content-Type', 'application/json']],
    body: Buffer.from(response.body),
    traced: false,
  };
}

/** Only the first media type that the client accepts counts, and only without a wildcard. */
function isBinaryAccept(api: RestApi, mediaType: string | undefined): boolean {
  return !mediaType?.includes('*') && isBinaryType(api, mediaType);
}
