import { keyEndpoint } from '../../shared/endpoint.ts';
import { createKeys } from '../../shared/keys.ts';
import { ok } from '../../shared/result.ts';
import { scalekitFromEnvironment } from '../../shared/scalekit.ts';
import { CreateKeyInput } from './schema.ts';

const keys = createKeys(scalekitFromEnvironment());

/** Creates a key of the caller's organization. The plain key is in this answer and nowhere else. */
export const handler = keyEndpoint(CreateKeyInput, async ({ body }, { actor, path }) => {
  const created = await keys.create(body, actor);
  if (!created.ok) return created;
  return ok({
    status: 201,
    headers: { Location: `${path.replace(/\/+/g, '/').replace(/\/$/, '')}/${created.value.keyId}` },
    body: created.value,
  });
});
