import { setTimeout as delay } from 'node:timers/promises';
import { Code, ConnectError } from '@connectrpc/connect';
import { z } from 'zod';
import { killProcess } from '../kill-process.ts';

/** The token endpoint's name in lists of calls. */
export const grantCall = 'oauth/token';

/** The name of the call for the public signing keys. */
export const jwksCall = 'keys';

/** How the embedded Scalekit fails. */
export const FaultSchema = z.strictObject({
  kind: z.enum([
    'unavailable',
    'unauthenticated',
    'permission_denied',
    'internal',
    'rate_limited',
    'http_429',
    'slow',
    'no_answer',
    'close',
    'kill_before',
    'kill_after',
  ]),
  /** The calls that fail: RPC names (`ValidateToken`), `oauth/token` and `keys`. Default: all calls. */
  on: z.array(z.string()).optional(),
  /** How many of those calls succeed first. */
  skip: z.int().min(0).default(0),
  /** How many calls fail. Default: all, until the fault is changed. */
  times: z.int().positive().optional(),
  /** For `slow`: the delay of the answer. */
  delayMs: z.int().positive().default(1000),
  /** For `rate_limited` and `http_429`: the Retry-After of the answer. Default: none. */
  retryAfterSeconds: z.int().min(0).optional(),
});

/** A fault, as set over the control URL. */
export type Fault = z.infer<typeof FaultSchema>;

/** Counts the calls of the embedded Scalekit, and applies the fault to them. */
export class CallMonitor {
  #fault: Fault | undefined;
  #calls: Record<string, number> = {};

  get fault(): Fault | undefined {
    return this.#fault;
  }

  /** The number of calls since the start or the last reset, by RPC name. Calls under a fault count too. */
  get calls(): Readonly<Record<string, number>> {
    return this.#calls;
  }

  setFault(fault: Fault | undefined): void {
    this.#fault = fault;
  }

  resetCalls(): void {
    this.#calls = {};
  }

  /** Counts a call, and returns the fault that applies to it, if any. */
  take(call: string): Fault | undefined {
    this.#calls[call] = (this.#calls[call] ?? 0) + 1;
    const fault = this.#fault;
    if (!fault || (fault.on && !fault.on.includes(call))) return undefined;
    if (fault.skip > 0) {
      this.#fault = { ...fault, skip: fault.skip - 1 };
      return undefined;
    }
    if (fault.times !== undefined) this.#fault = fault.times > 1 ? { ...fault, times: fault.times - 1 } : undefined;
    return fault;
  }
}

/** The HTTP/2 side of a call, for faults that gRPC cannot express. */
interface HttpExchange {
  closeConnection(): void;
  answer(status: number, headers: Readonly<Record<string, string>>): void;
}

/** Applies a fault to an RPC; resolves if the call is to continue. Faults of the answer come later, see {@link delayAnswer}. */
export async function failRpc(fault: Fault, exchange: HttpExchange): Promise<void> {
  switch (fault.kind) {
    case 'unavailable':
      throw new ConnectError('made unavailable', Code.Unavailable);
    case 'unauthenticated':
      throw new ConnectError('made unauthenticated', Code.Unauthenticated);
    case 'permission_denied':
      throw new ConnectError('made permission denied', Code.PermissionDenied);
    case 'internal':
      throw new ConnectError('made internal error', Code.Internal);
    case 'rate_limited': // gRPC's servers send it with the status
      throw new ConnectError('made rate limited', Code.ResourceExhausted, retryAfter(fault));
    case 'http_429': // as a proxy in front of the servers answers
      exchange.answer(429, retryAfter(fault));
      return never();
    case 'kill_before':
      return killProcess();
    case 'kill_after':
    case 'slow':
      return;
    case 'close':
      exchange.closeConnection();
      return never();
    case 'no_answer':
      return never();
  }
}

/** Delays the answer of a `slow` call; its data were read before the delay. For `kill_after`, ends the process. */
export async function delayAnswer(fault: Fault | undefined): Promise<void> {
  if (fault?.kind === 'kill_after') killProcess();
  if (fault?.kind === 'slow') await delay(fault.delayMs);
}

/** The status that `oauth/token` and `keys` answer under a fault; `undefined` for no answer. */
export const grantStatus: Readonly<
  Record<Exclude<Fault['kind'], 'slow' | 'kill_before' | 'kill_after'>, number | undefined>
> = {
  unavailable: 503,
  unauthenticated: 401,
  permission_denied: 403,
  internal: 500,
  rate_limited: 429,
  http_429: 429,
  no_answer: undefined,
  close: undefined,
};

/** The header of a rate-limited answer. */
export function retryAfter({ retryAfterSeconds }: Fault): Record<string, string> {
  return retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
}

function never(): Promise<never> {
  return new Promise(() => {});
}
