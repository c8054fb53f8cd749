import type { LambdaFunction } from '../template/model.ts';
import { type FunctionMetrics, FunctionRunner } from './function-runner.ts';
import type { InvocationResult } from './protocol.ts';

/** The functions of the runtime, by ARN. */
export class LambdaService {
  readonly #runners: ReadonlyMap<string, FunctionRunner>;
  readonly #names: ReadonlyMap<string, string>;

  constructor(
    functions: readonly LambdaFunction[],
    environment: Readonly<Record<string, string>>,
    log: (functionName: string, text: string) => void,
  ) {
    this.#runners = new Map(
      functions.map((lambda) => [
        lambda.arn,
        new FunctionRunner(lambda, environment, (text) => log(lambda.name, text)),
      ]),
    );
    this.#names = new Map(functions.map((lambda) => [lambda.arn, lambda.logicalId]));
  }

  /** Invokes a function; `undefined` when there is none of that ARN. */
  async invoke(functionArn: string, event: unknown): Promise<InvocationResult | undefined> {
    return this.#runners.get(functionArn)?.invoke(event);
  }

  /** What each function did since the start, by logical id. */
  metrics(): Record<string, FunctionMetrics> {
    return Object.fromEntries(
      [...this.#runners].map(([arn, runner]) => [this.#names.get(arn) ?? arn, { ...runner.metrics }]),
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.#runners.values()].map((runner) => runner.close()));
  }
}
