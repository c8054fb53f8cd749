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
  /** Throws AccessDenied unless the caller's policies allow an action. `status` is the service's own, 400 by default. */
  readonly require: (asked: {
    readonly action: string;
    readonly resource: string;
    readonly context?: Readonly<Record<string, string | readonly string[]>>;
    readonly status?: number;
  }) => Promise<void>;
}
