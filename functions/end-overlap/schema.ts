import * as z from 'zod';
import { KeyId } from '../../shared/endpoint/schemas.ts';

/** What the schedule of a rotation hands on: which key's time is over. */
export const OverlapOver = z.strictObject({ organizationId: z.string().min(1), keyId: KeyId });
