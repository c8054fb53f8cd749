import { keyEndpoint } from '../../shared/endpoint/endpoint.ts';
import { keyServices } from '../../shared/keys/key-services.ts';
import { createKeys } from '../../shared/keys/keys.ts';
import { ok } from '../../shared/result.ts';
import { CreateKeyInput } from './schema.ts';

const { scalekit, mutations, cache } = keyServices();
const keys = createKeys(scalekit, mutations, cache);

/** Creates a key of the caller's organization. The plain key is in this answer and nowhere else. */
export const handler = keyEndpoint(CreateKeyInput, async ({ body }, { by, path }) => {
  const created = await keys.create(body, by);
  if (!created.ok) return created;
  return ok({
    status: 201,
    headers: { Location: `${path.replace(/\/+/g, '/').replace(/\/$/, '')}/${created.value.keyId}` },
    body: created.value,
  });
});
