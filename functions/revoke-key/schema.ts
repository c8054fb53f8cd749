import { z } from 'zod';
import { KeyId } from '../../shared/schemas.ts';

/** `DELETE /keys/{keyId}`. */
export const RevokeKeyInput = { path: z.strictObject({ keyId: KeyId }) };
