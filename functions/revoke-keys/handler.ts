import { keyEndpoint } from '../../shared/endpoint/endpoint.ts';
import { keyServices } from '../../shared/keys/key-services.ts';
import { ok } from '../../shared/result.ts';
import { revokeKeys } from '../../shared/revocation/revoke-keys.ts';
import { RevokeKeysInput } from './schema.ts';

const services = keyServices();

/**
 * Revokes all keys that the caller can see and that match the filters. Answers with the number of keys that remain for a repeat.
 */
export const handler = keyEndpoint(services, RevokeKeysInput, async ({ body }, { by }) => {
  const revoked = await revokeKeys(services, body, by);
  return revoked.ok ? ok({ status: 200, body: revoked.value }) : revoked;
});
