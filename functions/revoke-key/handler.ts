import { authorizerCacheFromEnvironment } from '../../shared/authorizer-cache.ts';
import { keyEndpoint } from '../../shared/endpoint.ts';
import { createKeys } from '../../shared/keys.ts';
import { ok } from '../../shared/result.ts';
import { scalekitFromEnvironment } from '../../shared/scalekit.ts';
import { RevokeKeyInput } from './schema.ts';

const keys = createKeys(scalekitFromEnvironment(), authorizerCacheFromEnvironment());

/** Revokes a key that the caller can see; the next request with it is refused. Idempotent. */
export const handler = keyEndpoint(RevokeKeyInput, async ({ path }, { actor }) => {
  const revoked = await keys.revoke(path.keyId, actor);
  return revoked.ok ? ok({ status: 204 }) : revoked;
});
