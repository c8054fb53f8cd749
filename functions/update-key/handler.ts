import { authorizerCacheFromEnvironment } from '../../shared/authorizer-cache.ts';
import { keyEndpoint } from '../../shared/endpoint.ts';
import { createKeys } from '../../shared/keys.ts';
import { ok } from '../../shared/result.ts';
import { scalekitFromEnvironment } from '../../shared/scalekit.ts';
import { UpdateKeyInput } from './schema.ts';

const keys = createKeys(scalekitFromEnvironment(), authorizerCacheFromEnvironment());

/** Changes description, scope or claims of a key within the caller's authority, and answers with what came of it. */
export const handler = keyEndpoint(UpdateKeyInput, async ({ path, body }, { actor }) => {
  const updated = await keys.update(path.keyId, body, actor);
  return updated.ok ? ok({ status: 200, body: updated.value }) : updated;
});
