import { z } from 'zod';
import { arnOf } from '../account.ts';
import type { JsonAnswer } from '../http/http-json.ts';
import { jsonCall } from '../http/json-calls.ts';
import type { AwsCall } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import type { AwsService, Deployment, StandIn } from './stand-in.ts';

/** The account's limit on this call, a second. */
const callsPerSecond = 10;

/** How many of the next flushes fail, as those of a control plane in trouble do. */
const FlushFault = z.strictObject({ times: z.int().min(0) });

/** A stand-in for API Gateway's control plane: `FlushStageAuthorizersCache`, at the account's rate. */
class ApiGatewayControl implements AwsService {
  readonly #running: Deployment['running'];
  #tokens = callsPerSecond;
  #refilledAt = Date.now();
  #flushes = 0;
  #toFail = 0;

  constructor({ running }: Deployment) {
    this.#running = running;
  }

  get status() {
    return { apiGateway: { flushes: this.#flushes } };
  }

  readonly controls = {
    'PUT /apigateway/fault': jsonCall(FlushFault, ({ times }) => {
      this.#toFail = times;
    }),
  };

  /** Answers one call, or throws {@link AwsError} as API Gateway would. */
  async call({ method, path, require }: AwsCall): Promise<JsonAnswer> {
    const [, restApiId, stageName] = /^\/restapis\/([^/]+)\/stages\/([^/]+)\/cache\/authorizers$/.exec(path) ?? [];
    if (method !== 'DELETE' || !restApiId || !stageName)
      throw new AwsError('UnknownOperationException', `${method} ${path} of API Gateway is not served locally`, 404);
    await require({ action: 'apigateway:DELETE', resource: arnOf('apigateway', path), status: 403 });
    this.#takeToken();
    if (this.#toFail > 0) {
      this.#toFail--;
      throw new AwsError('InternalFailure', 'made to fail', 500);
    }
    const { apis } = await this.#running;
    const served = apis.find(({ api }) => restApiId === api.apiId && stageName === api.stageName);
    if (!served) throw new AwsError('NotFoundException', 'Invalid stage identifier specified', 404);
    served.gateway.flushAuthorizerCache();
    this.#flushes++;
    return { status: 202, body: undefined };
  }

  #takeToken(): void {
    const now = Date.now();
    this.#tokens = Math.min(callsPerSecond, this.#tokens + ((now - this.#refilledAt) / 1000) * callsPerSecond);
    this.#refilledAt = now;
    if (this.#tokens < 1) throw new AwsError('TooManyRequestsException', 'Too Many Requests', 429);
    this.#tokens--;
  }
}

/** The REST APIs themselves are served by gateway/. */
export const apiGateway = {
  resources: {},
  start: (deployment) => new ApiGatewayControl(deployment),
} satisfies StandIn;
