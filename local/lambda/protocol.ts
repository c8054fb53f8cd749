/** The input of a new worker. */
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
  /** When the function times out, in ms since the epoch. */
  readonly deadline: number;
}

/** From a worker: `initialized` once, then one result per invocation. A failed init is its last message. */
export type WorkerMessage = { readonly initialized: true } | InvocationResult;

/** How an invocation ended: with a JSON payload, or with a function error as Lambda reports it. */
export type InvocationResult =
  | { readonly ok: true; readonly payload: string }
  | {
      readonly ok: false;
      readonly errorType: string;
      readonly errorMessage: string;
      /** The stack of an exception. */
      readonly trace?: string | undefined;
    };
