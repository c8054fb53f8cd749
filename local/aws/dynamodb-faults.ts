import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { AwsError } from './aws-error.ts';

const calls = {
  times: z.int().min(0).default(1),
  /** The operation that fails, such as `PutItem`. Default: every one. */
  operation: z.string().optional(),
};

/**
 * How the next calls of DynamoDB fail: throttled, with an internal error (`gone`), or `ms` late (`slow`). `lag` is no failure:
 * eventually consistent reads see the rows of `ms` ago, until it is set to 0.
 */
export const DynamoDbFaultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['throttled', 'gone']), ...calls }),
  z.strictObject({ kind: z.literal('slow'), ms: z.int().min(0), ...calls }),
  z.strictObject({ kind: z.literal('lag'), ms: z.int().min(0) }),
]);

type Fault = z.output<typeof DynamoDbFaultSchema>;

/** The faults of the stand-in for DynamoDB. */
export class DynamoDbFaults {
  lagMs = 0;
  #next: Exclude<Fault, { kind: 'lag' }> | undefined;

  /** Makes the next calls fail; `times: 0` clears the fault. */
  set(fault: Fault): void {
    if (fault.kind === 'lag') this.lagMs = fault.ms;
    else this.#next = fault.times > 0 ? fault : undefined;
  }

  /** Throws or waits before a call, if a fault applies to it. */
  async before(operation: string): Promise<void> {
    const fault = this.#next;
    if (!fault || (fault.operation ?? operation) !== operation) return;
    this.set({ ...fault, times: fault.times - 1 });
    if (fault.kind === 'slow') await delay(fault.ms);
    if (fault.kind === 'throttled')
      throw new AwsError('ProvisionedThroughputExceededException', 'The level of configured throughput was exceeded.');
    if (fault.kind === 'gone') throw new AwsError('InternalServerError', 'made to fail', 500);
  }
}
