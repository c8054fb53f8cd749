import { keyEndpoint } from '../../shared/endpoint/endpoint.ts';
import { keyServices } from '../../shared/keys/key-services.ts';
import { ok } from '../../shared/result.ts';
import { createBulkRevocation } from '../../shared/revocation/bulk-revocation.ts';
import { RevokeKeysInput } from './schema.ts';

const { scalekit, mutations, cache } = keyServices();
const bulk = createBulkRevocation(scalekit, mutations, cache);

/** Revokes all keys that the caller can see and that fit the filters; answers with what remains, for a repeat to go on. */
export const handler = keyEndpoint(RevokeKeysInput, async ({ body }, { by }) => {
  const done = await bulk.revoke(body, by);
  return done.ok ? ok({ status: 200, body: done.value }) : done;
});
