import * as z from 'zod';
import { KeyId } from '../../shared/endpoint/schemas.ts';

/** The event of a reminder's schedule. */
export const ReminderDue = z.strictObject({
  organizationId: z.string().min(1),
  keyId: KeyId,
  expiresAt: z.iso.datetime(),
  daysLeft: z.int().min(0),
});
