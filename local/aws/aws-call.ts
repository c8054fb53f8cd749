import type { Identity } from '../iam/iam.ts';

/** One call of an AWS API, with a verified signature. */
export interface AwsCall {
  readonly principal: Identity;
  readonly method: string;
  /** Not decoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The operation in `X-Amz-Target`; `""` for an API without that header. */
  readonly operation: string;
  readonly body: Buffer;
  /** Throws AccessDenied unless the caller's policies allow an action. `status` is that of the refusal, 400 by default. */
  readonly require: (asked: {
    readonly action: string;
    readonly resource: string;
    readonly context?: Readonly<Record<string, string | readonly string[]>>;
    readonly status?: number;
  }) => Promise<void>;
}
