import { keyEndpoint } from '../../shared/endpoint.ts';
import { createKeys } from '../../shared/keys.ts';
import { ok } from '../../shared/result.ts';
import { scalekitFromEnvironment } from '../../shared/scalekit.ts';
import { GetKeyInput } from './schema.ts';

const keys = createKeys(scalekitFromEnvironment());

/** Shows one active key that the caller can see; never the plain key. */
export const handler = keyEndpoint(GetKeyInput, async ({ path }, { actor }) => {
  const found = await keys.get(path.keyId, actor);
  return found.ok ? ok({ status: 200, body: found.value }) : found;
});
