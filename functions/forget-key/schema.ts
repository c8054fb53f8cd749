import { KeyPath } from '../../shared/endpoint/schemas.ts';

/** `POST /keys/{keyId}/forget`, on the operators' API only. */
export const ForgetKeyInput = { path: KeyPath };
