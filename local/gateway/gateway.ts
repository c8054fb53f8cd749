import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Iam } from '../iam/iam.ts';
import type { LambdaService } from '../lambda/lambda-service.ts';
import type { RestApi } from '../template/model.ts';
import { AccessLogger } from './access-log.ts';
import type { GatewayAnswer } from './answer.ts';
import { authorize } from './authorizer.ts';
import { AuthorizerCache } from './authorizer-cache.ts';
import { addAuthorizer, addRoute, type ContextVariables, contextOf } from './context.ts';
import { type GatewayCaller, methodArn } from './events.ts';
import { type Refusal, renderGatewayResponse } from './gateway-response.ts';
import { authorizeIam } from './iam-authorization.ts';
import { callLambda, callMock } from './integrations.ts';
import { evaluatePolicy, PolicyDocument } from './policy.ts';
import { type GatewayRequest, readBody, readRequest } from './request.ts';
import { matchRoute } from './router.ts';
import { Throttles } from './throttle.ts';

/** API Gateway's limit on the method ARN, which holds the path. */
const maxArnBytes = 1600;

/** What the gateway tells of each request once it is answered. */
export interface AccessRecord {
  /** The line in the stage's access log format; `undefined` when the stage has no access log. */
  readonly line: string | undefined;
  readonly context: Readonly<ContextVariables>;
  readonly durationMs: number;
}

/** Serves one REST API on localhost as API Gateway would. */
export class Gateway {
  readonly #api: RestApi;
  readonly #lambda: LambdaService;
  readonly #iam: Iam;
  readonly #accessLog: AccessLogger;
  readonly #onAccess: (record: AccessRecord) => void;
  readonly #cache = new AuthorizerCache();
  readonly #throttles = new Throttles();
  readonly #server: Server;

  constructor(api: RestApi, lambda: LambdaService, iam: Iam, onAccess: (record: AccessRecord) => void) {
    this.#api = api;
    this.#lambda = lambda;
    this.#iam = iam;
    this.#accessLog = new AccessLogger(api, iam);
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
    this.#cache.flush();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = readRequest(message);
    const context = contextOf(this.#api, request);
    const body = await readBody(message);
    const outcome = body === 'too-large' ? tooLarge : await this.#handle(request, body, context).catch(internalFailure);
    const answer = 'type' in outcome ? renderGatewayResponse(this.#api, outcome, request, context) : outcome;
    const sent = send(response, answer, request);
    context['status'] = String(sent);
    const durationMs = Date.now() - request.receivedAt;
    context['responseLatency'] = String(durationMs);
    this.#onAccess({ line: await this.#accessLog.line(context), context, durationMs });
  }

  async #handle(request: GatewayRequest, body: Buffer, context: ContextVariables): Promise<GatewayAnswer | Refusal> {
    if (request.stage !== this.#api.stageName) return noSuchStage;
    const match = matchRoute(this.#api.routes, request.method, request.path);
    if (!match) return { type: 'MISSING_AUTHENTICATION_TOKEN', message: 'Missing Authentication Token' };
    addRoute(context, match.route);
    if (this.#throttles.isExceeded(match.route)) return { type: 'THROTTLED', message: 'Too Many Requests' };
    const arn = methodArn(this.#api, request);
    if (Buffer.byteLength(arn) > maxArnBytes)
      return { type: 'DEFAULT_4XX', message: 'Request URI too long', status: 414 };

    const refused = this.#resourcePolicyRefusal(arn, match.route.authorizer !== undefined);
    if (refused) return refused;
    const { authorizer, integration } = match.route;
    let caller: GatewayCaller = {};
    if (authorizer === 'AWS_IAM') {
      const identity = await authorizeIam(this.#iam, this.#api, request, body, context);
      if ('type' in identity) return identity;
      caller = { identity };
    } else if (authorizer) {
      const startedAt = Date.now();
      const authorization = await authorize(this.#lambda, this.#cache, this.#api, authorizer, request, match, context);
      context['authorizer.latency'] = String(Date.now() - startedAt);
      if (authorization.context) addAuthorizer(context, authorization.context);
      if (!authorization.allowed) return authorization.refusal;
      caller = { authorizer: authorization.context };
    }
    if (integration.type === 'MOCK') return callMock(integration, request);
    const startedAt = Date.now();
    const answer = await callLambda(this.#lambda, integration, this.#api, request, match, body, caller);
    context['integrationLatency'] = String(Date.now() - startedAt);
    return answer;
  }

  /** A resource policy's explicit deny comes before the authorizer; without an authorizer it must allow. */
  #resourcePolicyRefusal(arn: string, hasAuthorizer: boolean): Refusal | undefined {
    if (!this.#api.resourcePolicy) return undefined;
    const verdict = evaluatePolicy(PolicyDocument.parse(this.#api.resourcePolicy), arn);
    if (verdict === 'Allow' || (verdict === 'ImplicitDeny' && hasAuthorizer)) return undefined;
    const message = `User: anonymous is not authorized to perform: execute-api:Invoke on resource: ${arn}`;
    return {
      type: 'ACCESS_DENIED',
      message: verdict === 'ExplicitDeny' ? `${message} with an explicit deny` : message,
    };
  }
}

/** No stage, no API: what the edge answers knows nothing of an API's gateway responses. */
const noSuchStage: GatewayAnswer = {
  status: 403,
  headers: [
    ['x-amzn-ErrorType', 'ForbiddenException'],
    ['Content-Type', 'application/json'],
  ],
  body: Buffer.from('{"message":"Forbidden"}'),
  traced: false,
};

/** A fault of the gateway's own: the client gets an answer all the same. */
function internalFailure(error: unknown): Refusal {
  console.error(error);
  return { type: 'DEFAULT_5XX', message: 'Internal server error', status: 500 };
}

const tooLarge: Refusal = { type: 'REQUEST_TOO_LARGE', message: 'Request Too Long' };

/** Sends an answer and returns the status that went out; headers that HTTP can't carry make a 502, as on AWS. */
function send(response: ServerResponse, answer: GatewayAnswer, request: GatewayRequest): number {
  const own: [string, string][] = [
    ['x-amzn-RequestId', request.requestId],
    ['x-amz-apigw-id', request.extendedRequestId],
    ...(answer.traced ? ([['X-Amzn-Trace-Id', request.traceId]] as [string, string][]) : []),
  ];
  try {
    response.writeHead(
      answer.status,
      [...own, ...answer.headers, ['Content-Length', String(answer.body.length)]].flat(),
    );
    response.end(answer.body);
    return answer.status;
  } catch {
    const body = '{"message": "Internal server error"}';
    response.writeHead(
      502,
      [...own, ['Content-Type', 'application/json'], ['Content-Length', String(body.length)]].flat(),
    );
    response.end(body);
    return 502;
  }
}
