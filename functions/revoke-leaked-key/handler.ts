import { openEndpoint } from '../../shared/endpoint/endpoint.ts';
import { keyServices } from '../../shared/keys/key-services.ts';
import { ok } from '../../shared/result.ts';
import { createLeakedKeys } from '../../shared/revocation/leaked-key.ts';
import { RevokeLeakedKeyInput } from './schema.ts';

const { scalekit, mutations, cache } = keyServices();
const leakedKeys = createLeakedKeys(scalekit, mutations, cache);

/** Revokes a key for whoever holds it (RFC 7009). The answer is the same whether there was such a key or not. */
export const handler = openEndpoint(RevokeLeakedKeyInput, async ({ form }, { requestId }) => {
  const revoked = await leakedKeys.revoke(form.token, requestId);
  return revoked.ok ? ok({ status: 200 }) : revoked;
});
