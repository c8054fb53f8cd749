import { openEndpoint } from '../../shared/endpoint/endpoint.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { ok } from '../../shared/result.ts';
import contract from './openapi.json' with { type: 'json' };

/** Of backends; absent where the API has none that the stack knows of. */
const backendPaths = readEnvironment('BACKEND_PATHS')?.split(' ') ?? [];

/** The routes of keys, and of backends those that this API has. */
const paths = Object.fromEntries(
  Object.entries(contract.paths).filter(
    ([path, operations]) =>
      backendPaths.includes(path) || Object.values(operations).every(({ tags }) => !tags.includes('backend')),
  ),
);

/** Shows the contract of this API, as it is committed, for where it is served: what a client is made from. It can reach nothing else. */
export const handler = openEndpoint({}, {}, async (_input, { path }) => {
  const url = path.replace(/\/openapi\.json\/?$/, '') || '/';
  // Anybody may ask, as often as they like: it changes with a deployment only.
  return ok({
    status: 200,
    headers: { 'Cache-Control': 'public, max-age=3600' },
    body: { ...contract, servers: [{ url }], paths },
  });
});
