import { keyEndpoint } from '../../shared/endpoint/endpoint.ts';
import { keyReading } from '../../shared/keys/key-services.ts';
import { withLastUses } from '../../shared/keys/last-used.ts';
import { listKeys } from '../../shared/keys/list-keys.ts';
import { ok } from '../../shared/result.ts';
import { ListKeysInput } from './schema.ts';

const services = keyReading();

/** Lists the active keys that the caller can see, one page per request. */
export const handler = keyEndpoint(services, ListKeysInput, async ({ query }, { by }) => {
  const listed = await listKeys(services, query, by);
  return listed.ok ? ok({ status: 200, body: await withLastUses(listed.value, services.uses) }) : listed;
});
