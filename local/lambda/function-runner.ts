import { randomUUID } from 'node:crypto';
import type { LambdaFunction } from '../template/model.ts';
import { ExecutionEnvironment } from './execution-environment.ts';
import type { InvocationResult } from './protocol.ts';

/** How many execution environments a function may have at once; further invocations wait. */
const maxEnvironments = 20;

/** Lambda's limit on an event, and on a result. */
const maxPayloadBytes = 6 * 1024 * 1024;

/** The error type of an event over the limit. Such an event reaches no function. */
export const requestTooLarge = 'RequestTooLargeException';

/** A function's counts, as CloudWatch has them. */
export interface FunctionMetrics {
  readonly invocations: number;
  readonly errors: number;
  readonly coldStarts: number;
}

/** Runs the invocations of one function in reused execution environments, as Lambda does. */
export class FunctionRunner {
  readonly #lambda: LambdaFunction;
  readonly #given: NodeJS.Dict<string>;
  #fromTemplate: Readonly<Record<string, string>>;
  readonly #log: (text: string) => void;
  readonly #all = new Set<ExecutionEnvironment>();
  readonly #idle: ExecutionEnvironment[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #metrics = { invocations: 0, errors: 0, coldStarts: 0 };
  #folder: string;

  /** `environment` has the variables that Lambda adds to the template's. */
  constructor(lambda: LambdaFunction, environment: Readonly<Record<string, string>>, log: (text: string) => void) {
    this.#lambda = lambda;
    this.#folder = lambda.folder;
    this.#log = log;
    this.#fromTemplate = lambda.environment;
    this.#given = {
      ...environment,
      AWS_LAMBDA_FUNCTION_NAME: lambda.name,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(lambda.memoryMb),
      AWS_LAMBDA_LOG_GROUP_NAME: lambda.logGroupName,
      TZ: ':UTC',
    };
  }

  get metrics(): FunctionMetrics {
    return this.#metrics;
  }

  /** Invokes the function with an event that can be JSON. Never rejects: an error of the function is a result. */
  async invoke(event: unknown): Promise<InvocationResult> {
    const payload = JSON.stringify(event);
    if (Buffer.byteLength(payload) > maxPayloadBytes)
      return { ok: false, errorType: requestTooLarge, errorMessage: `the event is over ${maxPayloadBytes} bytes` };
    this.#metrics.invocations++;
    const result = withinLimit(await this.#run(payload));
    if (!result.ok) {
      this.#metrics.errors++;
      const { errorType, errorMessage, trace } = result;
      this.#log(
        `${JSON.stringify({ level: 'ERROR', timestamp: new Date().toISOString(), requestId: requestIdOf(event), errorType, errorMessage, trace })}\n`,
      );
    }
    return result;
  }

  /** Changes the template's variables for environments that start from now on. */
  localize(change: (value: string) => string): void {
    const entries = Object.entries(this.#lambda.environment).map(([name, value]) => [name, change(value)] as const);
    this.#fromTemplate = Object.fromEntries(entries);
  }

  /** The folder of the code for further invocations. */
  get folder(): string {
    return this.#folder;
  }

  /** Runs further invocations on other code. Running invocations finish on the old code. */
  replaceCode(folder: string): void {
    this.#folder = folder;
    for (const environment of this.#idle.splice(0)) this.#end(environment);
  }

  /** Ends all execution environments, even during an invocation. */
  async close(): Promise<void> {
    await Promise.all([...this.#all].map((environment) => environment.terminate()));
  }

  async #run(event: string): Promise<InvocationResult> {
    const environment = await this.#acquire();
    if (!(environment instanceof ExecutionEnvironment)) return environment;
    try {
      const deadline = Date.now() + this.#lambda.timeoutMs;
      const context = {
        functionName: this.#lambda.name,
        functionVersion: '$LATEST',
        invokedFunctionArn: this.#lambda.arn,
        memoryLimitInMB: String(this.#lambda.memoryMb),
        awsRequestId: randomUUID(),
        logGroupName: this.#lambda.logGroupName,
        logStreamName: 'local',
      };
      return await environment.invoke({ event, context, deadline });
    } finally {
      this.#release(environment);
    }
  }

  async #acquire(): Promise<ExecutionEnvironment | InvocationResult> {
    for (;;) {
      const idle = this.#idle.pop();
      if (idle && !idle.isDead) return idle;
      if (idle) {
        this.#all.delete(idle);
        continue;
      }
      if (this.#all.size < maxEnvironments) return this.#start();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async #start(): Promise<ExecutionEnvironment | InvocationResult> {
    this.#metrics.coldStarts++;
    const lambda = { ...this.#lambda, folder: this.#folder };
    const variables = { ...this.#fromTemplate, ...this.#given, LAMBDA_TASK_ROOT: this.#folder };
    const environment = new ExecutionEnvironment(lambda, variables, this.#log);
    this.#all.add(environment);
    const failure = await environment.init();
    if (failure === undefined) return environment;
    this.#release(environment);
    return failure;
  }

  #release(environment: ExecutionEnvironment): void {
    if (environment.isDead) this.#all.delete(environment);
    else if (environment.folder === this.#folder) this.#idle.push(environment);
    else this.#end(environment);
    this.#waiting.shift()?.();
  }

  #end(environment: ExecutionEnvironment): void {
    this.#all.delete(environment);
    void environment.terminate();
  }
}

/** The request id in an event of API Gateway. */
function requestIdOf(event: unknown): string | undefined {
  const { requestContext } = (event ?? {}) as { readonly requestContext?: { readonly requestId?: string } };
  return requestContext?.requestId;
}

function withinLimit(result: InvocationResult): InvocationResult {
  if (!result.ok || Buffer.byteLength(result.payload) <= maxPayloadBytes) return result;
  const errorMessage = `the answer is over ${maxPayloadBytes} bytes`;
  return { ok: false, errorType: 'Function.ResponseSizeTooLarge', errorMessage };
}
