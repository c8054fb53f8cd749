import { keyEndpoint } from '../../shared/endpoint/endpoint.ts';
import { forgetKey } from '../../shared/keys/forget-key.ts';
import { keyForgetting } from '../../shared/keys/key-services.ts';
import { ok } from '../../shared/result.ts';
import { ForgetKeyInput } from './schema.ts';

const services = keyForgetting();

/** Ends the cached decisions of a key that was revoked outside this API. Idempotent. */
export const handler = keyEndpoint(services, ForgetKeyInput, async ({ path }, { by }) => {
  const forgotten = await forgetKey(services, path.keyId, by);
  return forgotten.ok ? ok({ status: 204 }) : forgotten;
});
