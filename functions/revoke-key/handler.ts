import { keyEndpoint } from '../../shared/endpoint/endpoint.ts';
import { keyServices } from '../../shared/keys/key-services.ts';
import { createKeys } from '../../shared/keys/keys.ts';
import { ok } from '../../shared/result.ts';
import { RevokeKeyInput } from './schema.ts';

const { scalekit, mutations, cache } = keyServices();
const keys = createKeys(scalekit, mutations, cache);

/** Revokes a key that the caller can see; the next request with it is refused. Idempotent. */
export const handler = keyEndpoint(RevokeKeyInput, async ({ path }, { by }) => {
  const revoked = await keys.revoke(path.keyId, by);
  return revoked.ok ? ok({ status: 204 }) : revoked;
});
