/**
 * gateway/ serves a REST API of the template on localhost as API Gateway would: routing, throttling, authorization,
 * integrations, gateway responses and the access log. The entry point is `Gateway`. It behaves like AWS in the recordings
 * in test/parity/. It refuses a request if it cannot evaluate a part that decides on it.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { valuesOf } from '../http/header-fields.ts';
import type { Iam } from '../iam/iam.ts';
import type { LambdaService } from '../lambda/lambda-service.ts';
import type { RestApi, Route } from '../template/model.ts';
import { TokenBuckets } from '../token-buckets.ts';
import { AccessLogger } from './access-log.ts';
import { type GatewayAnswer, send } from './answer.ts';
import { LambdaAuthorizers } from './authorizer.ts';
import { compressed } from './compression.ts';
import { addAnswer, addRoute, type ContextVariables, contextOf } from './context.ts';
import { methodArn } from './events.ts';
import type { Arrival, Exchange, GatewayCaller } from './exchange.ts';
import { type Refusal, renderGatewayResponse } from './gateway-response.ts';
import { authorizeIam } from './iam-authorization.ts';
import { callIntegration } from './integrations.ts';
import { evaluatePolicy } from './policy.ts';
import { readBody, readRequest } from './request.ts';
import { matchRoute } from './router.ts';

/** API Gateway's limit on the method ARN, which contains the path. */
const maxArnBytes = 1600;

/** The gateway's report on an answered request. */
export interface AccessRecord {
  /** The line in the stage's access log format; `undefined` when the stage has no access log. */
  readonly line: string | undefined;
  readonly context: Readonly<ContextVariables>;
  readonly durationMs: number;
}

/** How long running requests may continue when an API is closed. */
const lingerMs = 1_000;

/** Counts requests for usage plans. */
export interface UsageCounter {
  /** Counts a request by the value of an API key; why it is refused, if it is. */
  count(apiId: string, stage: string, key: string | undefined): keyof typeof usageMessages | undefined;
}

const usageMessages = {
  INVALID_API_KEY: 'Forbidden',
  THROTTLED: 'Too Many Requests',
  QUOTA_EXCEEDED: 'Limit Exceeded',
} as const;

interface GatewayParts {
  readonly api: RestApi;
  readonly lambda: LambdaService;
  readonly iam: Iam;
  readonly usage: UsageCounter;
  readonly onAccess: (record: AccessRecord) => void;
}

/** Serves one REST API on localhost as API Gateway would. */
export class Gateway {
  readonly #api: RestApi;
  readonly #lambda: LambdaService;
  readonly #iam: Iam;
  readonly #usage: UsageCounter;
  readonly #accessLog: AccessLogger;
  readonly #onAccess: (record: AccessRecord) => void;
  readonly #authorizers: LambdaAuthorizers;
  readonly #throttles = new TokenBuckets<Route>();
  readonly #server: Server;

  constructor({ api, lambda, iam, usage, onAccess }: GatewayParts) {
    this.#api = api;
    this.#usage = usage;
    this.#lambda = lambda;
    this.#iam = iam;
    this.#accessLog = new AccessLogger(api, iam);
    this.#authorizers = new LambdaAuthorizers(lambda);
    this.#onAccess = onAccess;
    this.#server = createServer({ joinDuplicateHeaders: false }, (message, response) => {
      void this.#serve(message, response).catch(() => response.destroy()); // the client went away
    });
  }

  /** Listens on 127.0.0.1 and returns the URL of the stage; rejects when the port is taken. */
  async listen(port: number): Promise<string> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${this.#api.stageName}`;
  }

  /** Forgets all authorizer results of the stage. */
  flushAuthorizerCache(): void {
    this.#authorizers.flush();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeIdleConnections();
    await Promise.race([closed, delay(lingerMs, undefined, { ref: false })]);
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = readRequest(message);
    const arrival = { api: this.#api, request, context: contextOf(this.#api, request) };
    const body = await readBody(message);
    const outcome = body === 'too-large' ? tooLarge : await this.#handle(arrival, body).catch(internalFailure);
    const answer = 'type' in outcome ? renderGatewayResponse(outcome, arrival) : outcome;
    const { context } = arrival;
    const durationMs = addAnswer(
      context,
      send(response, compressed(answer, request, this.#api), request),
      request.receivedAt,
    );
    this.#onAccess({ line: await this.#accessLog.line(context), context, durationMs });
  }

  async #handle(arrival: Arrival, body: Buffer): Promise<GatewayAnswer | Refusal> {
    const { api, request, context } = arrival;
    if (request.stage !== api.stageName) return noSuchStage;
    const match = matchRoute(api.routes, request.method, request.path);
    if (!match) return { type: 'MISSING_AUTHENTICATION_TOKEN', message: 'Missing Authentication Token' };
    addRoute(context, match.route);
    if (this.#isThrottled(match.route)) return { type: 'THROTTLED', message: 'Too Many Requests' };
    const exchange: Exchange = { ...arrival, body, match };
    if (Buffer.byteLength(methodArn(exchange)) > maxArnBytes)
      return { type: 'DEFAULT_4XX', message: 'Request URI too long', status: 414 };
    const caller = resourcePolicyRefusal(exchange) ?? (await this.#authorize(exchange));
    if ('type' in caller) return caller;
    return this.#overUsage(exchange, caller) ?? callIntegration({ ...exchange, caller }, this.#lambda);
  }

  #isThrottled(route: Route): boolean {
    const { throttle } = route;
    if (!throttle) return false;
    if (!this.#throttles.hasToken(route, throttle)) return true;
    this.#throttles.take(route, throttle);
    return false;
  }

  /** Counts a request for its usage plan. API Gateway does that after the method's limit and the authorizer. */
  #overUsage({ api, request, match }: Exchange, { usageIdentifierKey }: GatewayCaller): Refusal | undefined {
    if (!match.route.isMetered) return undefined;
    const key = api.apiKeySource === 'AUTHORIZER' ? usageIdentifierKey : valuesOf(request.headers, 'x-api-key')[0];
    const type = this.#usage.count(api.apiId, api.stageName, key);
    return type && { type, message: usageMessages[type] };
  }

  async #authorize(exchange: Exchange): Promise<GatewayCaller | Refusal> {
    const { authorizer } = exchange.match.route;
    if (authorizer === undefined) return {};
    return authorizer === 'AWS_IAM'
      ? authorizeIam(exchange, this.#iam)
      : this.#authorizers.authorize(exchange, authorizer);
  }
}

/** A resource policy's explicit deny refuses before the authorizer runs. Without an authorizer, the policy must allow. */
function resourcePolicyRefusal(exchange: Exchange): Refusal | undefined {
  const { resourcePolicy } = exchange.api;
  if (!resourcePolicy) return undefined;
  const arn = methodArn(exchange);
  const verdict = evaluatePolicy(resourcePolicy, arn, exchange.request.sourceIp);
  const hasAuthorizer = exchange.match.route.authorizer !== undefined;
  if (verdict === 'Allow' || (verdict === 'ImplicitDeny' && hasAuthorizer)) return undefined;
  const message = `User: anonymous is not authorized to perform: execute-api:Invoke on resource: ${arn}`;
  return { type: 'ACCESS_DENIED', message: verdict === 'ExplicitDeny' ? `${message} with an explicit deny` : message };
}

/** The edge's answer for an unknown stage. No API's gateway responses apply to it. */
const noSuchStage: GatewayAnswer = {
  status: 403,
  headers: [
    ['x-amzn-ErrorType', 'ForbiddenException'],
    ['Content-Type', 'application/json'],
  ],
  body: Buffer.from('{"message":"Forbidden"}'),
  traced: false,
};

/** A bug in the gateway itself: the client still gets an answer. */
function internalFailure(error: unknown): Refusal {
  console.error(error);
  return { type: 'DEFAULT_5XX', message: 'Internal server error', status: 500 };
}

const tooLarge: Refusal = { type: 'REQUEST_TOO_LARGE', message: 'Request Too Long' };
