import { setTimeout as delay } from 'node:timers/promises';
import { type AuthorizerProcess, type Outcome, startAuthorizer } from '../test/authorizer/authorizer-process.ts';

/** An answer of an execution environment. */
export interface Sent extends Outcome {
  readonly sentAt: number;
}

/** Execution environments of an authorizer. Each handles one request at a time, as in Lambda. */
export class Environments {
  readonly #idle: AuthorizerProcess[];
  readonly #all: readonly AuthorizerProcess[];
  readonly #waiting: ((one: AuthorizerProcess) => void)[] = [];

  constructor(count: number, bundle: string, environment: Record<string, string>) {
    this.#all = Array.from({ length: count }, () => startAuthorizer(bundle, environment));
    this.#idle = [...this.#all];
  }

  /** Decides in the next free environment. */
  async decide(key: string): Promise<Sent> {
    const one = this.#idle.shift() ?? (await new Promise<AuthorizerProcess>((resolve) => this.#waiting.push(resolve)));
    const sentAt = performance.now();
    const outcome = await one.decide(key);
    const next = this.#waiting.shift();
    if (next) next(one);
    else this.#idle.push(one);
    return { ...outcome, sentAt };
  }

  /** Every environment decides on every key, so that all are warm. */
  async warm(keys: readonly string[]): Promise<void> {
    await Promise.all(
      this.#all.map(async (one) => {
        for (const key of keys) await one.decide(key);
      }),
    );
  }

  /** Sends `perSecond` requests per second until `isOver`, without waiting for earlier answers. */
  async load(keys: readonly string[], perSecond: number, isOver: (sent: number) => boolean): Promise<Sent[]> {
    const startedAt = performance.now();
    const sent: Promise<Sent>[] = [];
    while (!isOver(sent.length)) {
      const due = ((performance.now() - startedAt) / 1000) * perSecond;
      while (sent.length < due && !isOver(sent.length)) sent.push(this.decide(keys[sent.length % keys.length] ?? ''));
      await delay(1);
    }
    return Promise.all(sent);
  }

  stop(): void {
    for (const one of this.#all) one.stop();
  }
}

/** Starts environments, uses them, and stops them, also when `use` fails. */
export async function withEnvironments<T>(
  bundle: string,
  environment: Record<string, string>,
  use: (environments: Environments) => Promise<T>,
): Promise<T> {
  const environments = new Environments(8, bundle, environment);
  try {
    return await use(environments);
  } finally {
    environments.stop();
  }
}
