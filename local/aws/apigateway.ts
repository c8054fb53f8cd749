import { aws } from '../account.ts';
import type { JsonAnswer } from '../http/http-json.ts';
import type { Iam } from '../iam/iam.ts';
import type { AwsCall } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import { requireAllowed } from './require.ts';

/** The account's limit on this call, a second. */
const callsPerSecond = 10;

/** A stand-in for API Gateway's control plane: `FlushStageAuthorizersCache`, at the account's rate. */
export class ApiGatewayControl {
  readonly #flush: (restApiId: string, stageName: string) => boolean;
  #tokens = callsPerSecond;
  #refilledAt = Date.now();
  #flushes = 0;
  #toFail = 0;

  /** `flush` empties the authorizer cache of a stage, and tells whether there is such a stage. */
  constructor(flush: (restApiId: string, stageName: string) => boolean) {
    this.#flush = flush;
  }

  /** How many flushes were done. */
  get flushes(): number {
    return this.#flushes;
  }

  /** Makes the next `times` flushes fail, as a control plane in trouble does. */
  failFlushes(times: number): void {
    this.#toFail = times;
  }

  /** Answers one call, or throws {@link AwsError} as API Gateway would. */
  async call(iam: Iam, { principal, method, path }: AwsCall): Promise<JsonAnswer> {
    const [, restApiId, stageName] = /^\/restapis\/([^/]+)\/stages\/([^/]+)\/cache\/authorizers$/.exec(path) ?? [];
    if (method !== 'DELETE' || !restApiId || !stageName)
      throw new AwsError('UnknownOperationException', `${method} ${path} of API Gateway is not served locally`, 404);
    const resource = `arn:${aws.partition}:apigateway:${aws.region}::${path}`;
    await requireAllowed(iam, { principal, action: 'apigateway:DELETE', resource }, 403);
    this.#takeToken();
    if (this.#toFail > 0) {
      this.#toFail--;
      throw new AwsError('InternalFailure', 'made to fail', 500);
    }
    if (!this.#flush(restApiId, stageName))
      throw new AwsError('NotFoundException', 'Invalid stage identifier specified', 404);
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
