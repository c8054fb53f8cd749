import { KeyPath } from '../../shared/endpoint/schemas.ts';

/** `GET /keys/{keyId}`. */
export const GetKeyInput = { path: KeyPath };
