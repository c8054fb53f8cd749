import type { JsonAnswer } from '../http/http-json.ts';
import type { Identity } from '../iam/iam.ts';

/** One call of an AWS API, its signature checked. */
export interface AwsCall {
  readonly principal: Identity;
  readonly method: string;
  /** Not decoded, without query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** `X-Amz-Target`'s operation, of the APIs that have one; else `""`. */
  readonly operation: string;
  readonly body: Buffer;
}

/** A stand-in for one AWS service: answers a call, or throws an AwsError as the service would. */
export type AwsService = (call: AwsCall) => JsonAnswer | Promise<JsonAnswer>;
