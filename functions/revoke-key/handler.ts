import { keyEndpoint } from '../../shared/endpoint/endpoint.ts';
import { keyServices } from '../../shared/keys/key-services.ts';
import { revokeKey } from '../../shared/keys/revoke-key.ts';
import { ok } from '../../shared/result.ts';
import { RevokeKeyInput } from './schema.ts';

const services = keyServices();

/** Revokes a key that the caller can see; the next request with it is refused. Idempotent. */
export const handler = keyEndpoint(services, RevokeKeyInput, async ({ path }, { by }) => {
  const revoked = await revokeKey(services, path.keyId, by);
  return revoked.ok ? ok({ status: 204 }) : revoked;
});
