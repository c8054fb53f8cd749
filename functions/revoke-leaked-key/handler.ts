import { refusedKeys } from '../../shared/authentication/refused-keys.ts';
import { openEndpoint } from '../../shared/endpoint/endpoint.ts';
import { keyServices } from '../../shared/keys/key-services.ts';
import { ok } from '../../shared/result.ts';
import { revokeLeakedKey } from '../../shared/revocation/revoke-leaked-key.ts';
import { RevokeLeakedKeyInput } from './schema.ts';

const services = { ...keyServices(), refused: refusedKeys() };

/** Revokes a key for anybody who holds it (RFC 7009). The answer is the same whether the key exists or not. */
export const handler = openEndpoint(services, RevokeLeakedKeyInput, async ({ form }, { requestId }) => {
  const revoked = await revokeLeakedKey(services, form.token, requestId);
  return revoked.ok ? ok({ status: 200 }) : revoked;
});
