import { KeyPath } from '../../shared/schemas.ts';

/** `DELETE /keys/{keyId}`. */
export const RevokeKeyInput = { path: KeyPath };
