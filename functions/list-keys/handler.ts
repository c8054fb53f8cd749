import { endpoint } from '../../shared/endpoint.ts';
import { createKeys } from '../../shared/keys.ts';
import { ok } from '../../shared/result.ts';
import { scalekitFromEnvironment } from '../../shared/scalekit.ts';
import { ListKeysInput } from './schema.ts';

const keys = createKeys(scalekitFromEnvironment());

/** Lists the active keys that the caller can see, a page at a time. */
export const handler = endpoint(ListKeysInput, async ({ query }, { caller }) => {
  const listed = await keys.list(query, caller);
  return listed.ok ? ok({ status: 200, body: listed.value }) : listed;
});
