import * as z from 'zod';
import type { Work } from '../../shared/aws/work-queue.ts';
import { Instant, KeyId } from '../../shared/endpoint/schemas.ts';

const Id = z.string().min(1);

/** A message of the work queue. */
export const WorkMessage = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('leavers'),
    organizationId: Id,
    userId: Id.optional(),
    email: Id.optional(),
    firstHandledAt: z.int().optional(),
    event: z.strictObject({ id: Id, type: Id, occurred_at: Instant }),
  }),
  z.strictObject({ kind: z.literal('overlap'), organizationId: Id, keyId: KeyId }),
]) satisfies z.ZodType<unknown, Work>;
