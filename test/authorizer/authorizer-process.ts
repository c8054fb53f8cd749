import { fork } from 'node:child_process';
import { authorizerEvent } from './authorizer-event.ts';

/** The outcome of a request: the decision's effect, with the code of a denial, or the error of an outage. */
export interface Outcome {
  readonly effect?: 'Allow' | 'Deny';
  readonly code?: string;
  readonly error?: string;
  readonly ms: number;
  /** The part of `ms` that the handler ran. */
  readonly decisionMs: number;
}

/** The deployed bundle of the authorizer in its own process. */
export interface AuthorizerProcess {
  /** Resolves when the module is loaded: from then on Lambda may freeze the process. */
  readonly loaded: Promise<void>;
  decide(key: string): Promise<Outcome>;
  /** Stops the process where it is (SIGSTOP), as Lambda does between requests. */
  freeze(): void;
  thaw(): void;
  /** The log so far. */
  output(): string;
  hasCrashed(): boolean;
  stop(): void;
}

interface Reply {
  readonly id: number;
  readonly decision?: { policyDocument: { Statement: { Effect: 'Allow' | 'Deny' }[] }; context?: { code?: string } };
  readonly error?: string;
  readonly decisionMs?: number;
}

export function startAuthorizer(bundle: string, environment: Record<string, string>): AuthorizerProcess {
  const env = { ...environment, BUNDLE: bundle };
  const child = fork(new URL('./authorizer-child.ts', import.meta.url), { env, silent: true, execArgv: [] });
  const waiting = new Map<number, (reply: Reply) => void>();
  let output = '';
  let crashed = false;
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.on('message', (reply: Reply) => waiting.get(reply.id)?.(reply));
  child.on('exit', (_code, signal) => {
    crashed = signal !== 'SIGKILL';
    for (const [id, settle] of waiting) settle({ id, error: `crashed: ${output}` });
  });
  const loaded = new Promise<void>((resolve) => waiting.set(0, () => resolve()));
  let lastId = 0;
  return {
    loaded,
    async decide(key) {
      const id = ++lastId;
      const startedAt = performance.now();
      const replied = new Promise<Reply>((resolve) => waiting.set(id, resolve));
      child.send({ id, event: authorizerEvent(key) });
      const { decision, error, decisionMs = 0 } = await replied;
      waiting.delete(id);
      const ms = performance.now() - startedAt;
      if (!decision) return { error: error ?? '', ms, decisionMs };
      const [statement] = decision.policyDocument.Statement;
      const code = decision.context?.code;
      return { effect: statement?.Effect ?? 'Deny', ...(code === undefined ? {} : { code }), ms, decisionMs };
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    output: () => output,
    hasCrashed: () => crashed,
    stop: () => void child.kill('SIGKILL'),
  };
}
