import { keyEndpoint } from '../../shared/endpoint/endpoint.ts';
import { getKey } from '../../shared/keys/get-key.ts';
import { keyReading } from '../../shared/keys/key-services.ts';
import { withLastUse } from '../../shared/keys/last-used.ts';
import { ok } from '../../shared/result.ts';
import { GetKeyInput } from './schema.ts';

const services = keyReading();

/** Shows one active key that the caller can see; never the plain key. */
export const handler = keyEndpoint(services, GetKeyInput, async ({ path }, { by }) => {
  const found = await getKey(services, path.keyId, by);
  return found.ok ? ok({ status: 200, body: await withLastUse(found.value, services.uses) }) : found;
});
