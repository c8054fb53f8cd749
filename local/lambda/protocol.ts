/** What a worker is started with. */
export interface WorkerSetup {
  readonly folder: string;
  readonly handler: string;
  readonly sourceMaps: boolean;
}

/** One invocation, to a worker. */
export interface Invocation {
  /** JSON. */
  readonly event: string;
  readonly context: Readonly<Record<string, unknown>>;
  /** When the function's timeout is over, in ms since the epoch. */
  readonly deadline: number;
}

/** From a worker. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'init_error'; readonly errorType: string; readonly errorMessage: string }
  | { readonly kind: 'result'; readonly payload: string }
  | { readonly kind: 'error'; readonly errorType: string; readonly errorMessage: string };

/** How an invocation ended: with a JSON payload, or with a function error as Lambda reports it. */
export type InvocationResult =
  | { readonly ok: true; readonly payload: string }
  | { readonly ok: false; readonly errorType: string; readonly errorMessage: string };
