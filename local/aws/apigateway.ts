import { AwsError } from './aws-error.ts';

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

  /** Answers one call, or throws {@link AwsError} as API Gateway would; `undefined` when it is none of its calls. */
  call(method: string, path: string): { status: number } | undefined {
    const [, restApiId, stageName] = /^\/restapis\/([^/]+)\/stages\/([^/]+)\/cache\/authorizers$/.exec(path) ?? [];
    if (method !== 'DELETE' || !restApiId || !stageName) return undefined;
    this.#takeToken();
    if (this.#toFail > 0) {
      this.#toFail--;
      throw new AwsError('InternalFailure', 'made to fail', 500);
    }
    if (!this.#flush(restApiId, stageName))
      throw new AwsError('NotFoundException', 'Invalid stage identifier specified', 404);
    this.#flushes++;
    return { status: 202 };
  }

  #takeToken(): void {
    const now = Date.now();
    this.#tokens = Math.min(callsPerSecond, this.#tokens + ((now - this.#refilledAt) / 1000) * callsPerSecond);
    this.#refilledAt = now;
    if (this.#tokens < 1) throw new AwsError('TooManyRequestsException', 'Too Many Requests', 429);
    this.#tokens--;
  }
}
