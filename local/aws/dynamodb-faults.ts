import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { AwsError } from './aws-error.ts';

const calls = {
  times: z.int().min(0).default(1),
  /** Of these calls only: `PutItem`. */
  operation: z.string().optional(),
};

/**
 * How the next calls of DynamoDB fail: throttled, with an internal error, or carried out so many ms late. `lag` is no failure: reads
 * that do not ask for consistency see what was there so many ms ago, until it is set to 0.
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

  /** Makes the next calls fail; `times: 0` makes none. */
  set(fault: Fault): void {
    if (fault.kind === 'lag') this.lagMs = fault.ms;
    else this.#next = fault.times > 0 ? fault : undefined;
  }

  /** Throws or waits before a call, where a fault is due. */
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
