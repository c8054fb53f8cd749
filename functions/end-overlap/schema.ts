import * as z from 'zod';
import { KeyId } from '../../shared/endpoint/schemas.ts';

/** The event of a rotation's schedule: the key whose overlap has ended. */
export const OverlapOver = z.strictObject({ organizationId: z.string().min(1), keyId: KeyId });
