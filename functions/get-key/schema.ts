import { KeyPath } from '../../shared/schemas.ts';

/** `GET /keys/{keyId}`. */
export const GetKeyInput = { path: KeyPath };
