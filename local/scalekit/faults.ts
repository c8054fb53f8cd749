import { setTimeout as delay } from 'node:timers/promises';
import { Code, ConnectError } from '@connectrpc/connect';
import { z } from 'zod';
import { killProcess } from '../kill-process.ts';

/** The token endpoint's name among the calls. */
export const grantCall = 'oauth/token';

/** How the embedded Scalekit is told to fail. */
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
  /** The calls that fail: RPC names (`ValidateToken`) and `oauth/token`. Default: every one. */
  on: z.array(z.string()).optional(),
  /** How many of those calls go well first. */
  skip: z.int().min(0).default(0),
  /** How many calls fail before all is well again. Default: until told otherwise. */
  times: z.int().positive().optional(),
  /** For `slow`: how much later the answer comes. */
  delayMs: z.int().positive().default(1000),
  /** For `rate_limited` and `http_429`: the Retry-After of the answer. Default: none. */
  retryAfterSeconds: z.int().min(0).optional(),
});

/** A fault as told over the control URL. */
export type Fault = z.infer<typeof FaultSchema>;

/** Counts the calls that the embedded Scalekit saw, and makes them fail as told. */
export class CallMonitor {
  #fault: Fault | undefined;
  #calls: Record<string, number> = {};

  get fault(): Fault | undefined {
    return this.#fault;
  }

  /** Calls seen since the start or the last reset, by RPC name; a call that was made to fail counts too. */
  get calls(): Readonly<Record<string, number>> {
    return this.#calls;
  }

  setFault(fault: Fault | undefined): void {
    this.#fault = fault;
  }

  resetCalls(): void {
    this.#calls = {};
  }

  /** Counts a call and takes the fault that applies to it, if any. */
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

/** The HTTP/2 side of a call, for faults that gRPC has no words for. */
interface HttpExchange {
  closeConnection(): void;
  answer(status: number, headers: Readonly<Record<string, string>>): void;
}

/** Carries a fault out on an RPC; returns where the call is to go on. `slow` is carried out on its answer, see {@link delayAnswer}. */
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
    case 'rate_limited': // where gRPC's servers put it, beside the status
      throw new ConnectError('made rate limited', Code.ResourceExhausted, retryAfter(fault));
    case 'http_429': // as a proxy before the servers answers
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

/** Holds the answer of a call back that was made slow: what it says was true when it was asked. Or ends with the call. */
export async function delayAnswer(fault: Fault | undefined): Promise<void> {
  if (fault?.kind === 'kill_after') killProcess();
  if (fault?.kind === 'slow') await delay(fault.delayMs);
}

/** The status that the token endpoint answers under a fault; `undefined` for no status at all. */
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

/** The header of an answer that limits. */
export function retryAfter({ retryAfterSeconds }: Fault): Record<string, string> {
  return retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
}

function never(): Promise<never> {
  return new Promise(() => {});
}
