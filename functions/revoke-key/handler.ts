import { authorizerCacheFromEnvironment } from '../../shared/authorizer-cache.ts';
import { endpoint } from '../../shared/endpoint.ts';
import { createKeys } from '../../shared/keys.ts';
import { ok } from '../../shared/result.ts';
import { scalekitFromEnvironment } from '../../shared/scalekit.ts';
import { RevokeKeyInput } from './schema.ts';

const keys = createKeys(scalekitFromEnvironment(), authorizerCacheFromEnvironment());

/** Revokes a key that the caller can see; the next request with it is refused. Idempotent. */
export const handler = endpoint(RevokeKeyInput, async ({ path }, { caller }) => {
  const revoked = await keys.revoke(path.keyId, caller);
  return revoked.ok ? ok({ status: 204 }) : revoked;
});
