import { keyEndpoint } from '../../shared/endpoint/endpoint.ts';
import { createKeyReader } from '../../shared/keys/key-reader.ts';
import { ok } from '../../shared/result.ts';
import { scalekitFromEnvironment } from '../../shared/scalekit/scalekit.ts';
import { ListKeysInput } from './schema.ts';

const keys = createKeyReader(scalekitFromEnvironment());

/** Lists the active keys that the caller can see, a page at a time. */
export const handler = keyEndpoint(ListKeysInput, async ({ query }, { by }) => {
  const listed = await keys.list(query, by);
  return listed.ok ? ok({ status: 200, body: listed.value }) : listed;
});
