import { z } from 'zod';
import type { JsonAnswer } from '../http/http-json.ts';
import { killProcess } from '../kill-process.ts';
import { AwsError } from './aws-error.ts';

/** How the next calls of an AWS stand-in fail: refused, throttled, carried out and not answered, or with the whole process killed. */
export const CallFaultSchema = z.strictObject({
  kind: z.enum(['refuse', 'throttle', 'fail', 'no_answer', 'kill_before', 'kill_after']),
  times: z.int().min(0).default(1),
});

type CallFault = z.output<typeof CallFaultSchema>;

/** The faults of one stand-in: what it was told, until it has failed as often. */
export class CallFaults {
  #next: CallFault | undefined;

  /** Makes the next calls fail; `times: 0` makes none. */
  set(fault: CallFault): void {
    this.#next = fault.times > 0 ? fault : undefined;
  }

  /** Carries a call out, under the fault that is due. */
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
