import { keyEndpoint } from '../../shared/endpoint/endpoint.ts';
import { keyServices } from '../../shared/keys/key-services.ts';
import { createKeys } from '../../shared/keys/keys.ts';
import { ok } from '../../shared/result.ts';
import { UpdateKeyInput } from './schema.ts';

const { scalekit, mutations, cache } = keyServices();
const keys = createKeys(scalekit, mutations, cache);

/** Changes description, scope or claims of a key within the caller's authority, and answers with what came of it. */
export const handler = keyEndpoint(UpdateKeyInput, async ({ path, body }, { by }) => {
  const updated = await keys.update(path.keyId, body, by);
  return updated.ok ? ok({ status: 200, body: updated.value }) : updated;
});
