import { KeyPath } from '../../shared/endpoint/schemas.ts';

/** `DELETE /keys/{keyId}`. */
export const RevokeKeyInput = { path: KeyPath };
