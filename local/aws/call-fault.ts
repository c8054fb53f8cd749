import { z } from 'zod';
import type { JsonAnswer } from '../http-json.ts';
import { killProcess } from '../kill-process.ts';
import { AwsError } from './aws-error.ts';

/** How the next calls of an AWS stand-in fail: refused, carried out and not answered, or with the whole process killed. */
export const CallFaultSchema = z.strictObject({
  kind: z.enum(['refuse', 'fail', 'no_answer', 'kill_before', 'kill_after']),
  times: z.int().min(0).default(1),
});

export type CallFault = z.output<typeof CallFaultSchema>;

/** Carries a call out under a fault. */
export async function carryOut(fault: CallFault | undefined, call: () => Promise<JsonAnswer>): Promise<JsonAnswer> {
  if (fault?.kind === 'refuse') throw new AwsError('ValidationException', 'made to refuse');
  if (fault?.kind === 'fail') throw new AwsError('InternalServerException', 'made to fail', 500);
  if (fault?.kind === 'kill_before') killProcess();
  const answer = await call();
  if (fault?.kind === 'kill_after') killProcess();
  if (fault?.kind === 'no_answer') throw new AwsError('InternalServerException', 'made to fail after it was done', 500);
  return answer;
}
