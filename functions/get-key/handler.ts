import { keyEndpoint } from '../../shared/endpoint/endpoint.ts';
import { createKeyReader } from '../../shared/keys/key-reader.ts';
import { ok } from '../../shared/result.ts';
import { scalekitFromEnvironment } from '../../shared/scalekit/scalekit.ts';
import { GetKeyInput } from './schema.ts';

const keys = createKeyReader(scalekitFromEnvironment());

/** Shows one active key that the caller can see; never the plain key. */
export const handler = keyEndpoint(GetKeyInput, async ({ path }, { by }) => {
  const found = await keys.get(path.keyId, by);
  return found.ok ? ok({ status: 200, body: found.value }) : found;
});
