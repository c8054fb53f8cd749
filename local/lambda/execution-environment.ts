import type { LambdaFunction } from '../template/model.ts';
import type { Invocation, InvocationResult, WorkerMessage } from './protocol.ts';
import { type RuntimeProcess, startRuntimeProcess } from './runtime-process.ts';

/** Lambda's limit on the init phase. */
const initTimeoutMs = 10_000;

/** One execution environment of a function. It handles one invocation at a time. */
export class ExecutionEnvironment {
  /** The folder of its code. */
  readonly folder: string;
  readonly #process: RuntimeProcess;
  readonly #timeoutMs: number;
  #settle: ((message: WorkerMessage) => void) | undefined;
  #death: InvocationResult | undefined;

  constructor(lambda: LambdaFunction, environment: NodeJS.Dict<string>, log: (text: string) => void) {
    this.folder = lambda.folder;
    this.#timeoutMs = lambda.timeoutMs;
    this.#process = startRuntimeProcess(lambda, environment, {
      onMessage: (message) => this.#settle?.(message),
      onError: (error) => {
        log(`${error.stack ?? error}\n`);
        this.#die('Runtime.ExitError', `Runtime exited with error: ${error.message}`);
      },
      onExit: (code) => this.#die('Runtime.ExitError', `Runtime exited with status ${code}`),
    });
    for (const stream of this.#process.output) stream.setEncoding('utf8').on('data', log);
  }

  /** A dead environment handles no more invocations. */
  get isDead(): boolean {
    return this.#death !== undefined;
  }

  /** Waits for the init phase. Resolves to `undefined` on success, or to the error that ended the environment. */
  async init(): Promise<InvocationResult | undefined> {
    const message = await this.#next(initTimeoutMs, 'init phase');
    if ('initialized' in message) return undefined;
    this.#death ??= message;
    await this.terminate();
    return message;
  }

  /** Runs one invocation. A timeout or crash ends the environment. */
  async invoke(invocation: Invocation): Promise<InvocationResult> {
    const answered = this.#next(this.#timeoutMs, 'task');
    this.#process.send(invocation);
    return (await answered) as InvocationResult; // `initialized` came earlier
  }

  async terminate(): Promise<void> {
    await this.#process.terminate();
  }

  /** The next message of the worker, or the error that ends it before. */
  #next(timeoutMs: number, phase: string): Promise<WorkerMessage> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#die('Sandbox.Timedout', `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds (${phase})`);
        void this.terminate();
      }, timeoutMs);
      this.#settle = (message) => {
        clearTimeout(timer);
        this.#settle = undefined;
        resolve(message);
      };
      if (this.#death) this.#settle(this.#death);
    });
  }

  #die(errorType: string, errorMessage: string): void {
    this.#death ??= { ok: false, errorType, errorMessage };
    this.#settle?.(this.#death);
  }
}
