import { Worker } from 'node:worker_threads';
import type { LambdaFunction } from '../template/model.ts';
import type { Invocation, InvocationResult, WorkerMessage, WorkerSetup } from './protocol.ts';

/** Lambda's limit on the init phase. */
const initTimeoutMs = 10_000;

/** One execution environment of a function: a worker thread that handles one invocation at a time. */
export class ExecutionEnvironment {
  /** The folder of its code. */
  readonly folder: string;
  readonly #worker: Worker;
  readonly #timeoutMs: number;
  #settle: ((message: WorkerMessage) => void) | undefined;
  #death: InvocationResult | undefined;

  constructor(lambda: LambdaFunction, environment: NodeJS.Dict<string>, log: (text: string) => void) {
    this.folder = lambda.folder;
    this.#timeoutMs = lambda.timeoutMs;
    const setup: WorkerSetup = {
      folder: lambda.folder,
      handler: lambda.handler,
      sourceMaps: (lambda.environment['NODE_OPTIONS'] ?? '').includes('--enable-source-maps'),
    };
    this.#worker = new Worker(new URL('./worker.mjs', import.meta.url), {
      workerData: setup,
      env: environment,
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: lambda.memoryMb },
    });
    for (const stream of [this.#worker.stdout, this.#worker.stderr]) stream.setEncoding('utf8').on('data', log);
    this.#worker.on('message', (message: WorkerMessage) => this.#settle?.(message));
    this.#worker.on('error', (error: Error) => {
      log(`${error.stack ?? error}\n`);
      this.#die('Runtime.ExitError', `Runtime exited with error: ${error.message}`);
    });
    this.#worker.on('exit', (code) => this.#die('Runtime.ExitError', `Runtime exited with status ${code}`));
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
    this.#worker.postMessage(invocation);
    return (await answered) as InvocationResult; // `initialized` came earlier
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
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
