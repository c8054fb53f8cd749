import { keyEndpoint } from '../../shared/endpoint.ts';
import { createKeys } from '../../shared/keys.ts';
import { ok } from '../../shared/result.ts';
import { scalekitFromEnvironment } from '../../shared/scalekit.ts';
import { ListKeysInput } from './schema.ts';

const keys = createKeys(scalekitFromEnvironment());

/** Lists the active keys that the caller can see, a page at a time. */
export const handler = keyEndpoint(ListKeysInput, async ({ query }, { actor }) => {
  const listed = await keys.list(query, actor);
  return listed.ok ? ok({ status: 200, body: listed.value }) : listed;
});
