import { z } from 'zod';
import type { JsonAnswer } from '../http/http-json.ts';
import { killProcess } from '../kill-process.ts';
import { AwsError } from './aws-error.ts';

/**
 * How the next calls of an AWS stand-in fail. `no_answer` carries the call out, and then answers 500. `kill_before` and
 * `kill_after` kill the whole process.
 */
export const CallFaultSchema = z.strictObject({
  kind: z.enum(['refuse', 'throttle', 'fail', 'no_answer', 'kill_before', 'kill_after']),
  times: z.int().min(0).default(1),
});

type CallFault = z.output<typeof CallFaultSchema>;

/** The fault of one stand-in, until it has failed `times` calls. */
export class CallFaults {
  #next: CallFault | undefined;

  /** Makes the next calls fail; `times: 0` clears the fault. */
  set(fault: CallFault): void {
    this.#next = fault.times > 0 ? fault : undefined;
  }

  /** Carries a call out, with the fault that applies to it. */
  async carryOut(call: () => Promise<JsonAnswer>): Promise<JsonAnswer> {
    const fault = this.#next;
    if (fault) this.set({ ...fault, times: fault.times - 1 });
    if (fault?.kind === 'refuse') throw new AwsError('ValidationException', 'made to refuse');
    if (fault?.kind === 'throttle') throw new AwsError('ThrottlingException', 'Rate exceeded');
    if (fault?.kind === 'fail') throw new AwsError('InternalServerException', 'made to fail', 500);
    if (fault?.kind === 'kill_before') killProcess();
    const answer = await call();
    if (fault?.kind === 'kill_after') killProcess();
    if (fault?.kind === 'no_answer')
      throw new AwsError('InternalServerException', 'made to fail after it was done', 500);
    return answer;
  }
}
