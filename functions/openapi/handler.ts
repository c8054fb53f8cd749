import { openEndpoint } from '../../shared/endpoint/endpoint.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { ok } from '../../shared/result.ts';
import contract from './openapi.json' with { type: 'json' };

/** The paths of backends; the variable is absent if the stack knows of none. */
const backendPaths = readEnvironment('BACKEND_PATHS')?.split(' ') ?? [];

/** The routes of keys, and the routes of backends that this API has. */
const paths = Object.fromEntries(
  Object.entries(contract.paths).filter(
    ([path, operations]) =>
      backendPaths.includes(path) || Object.values(operations).every(({ tags }) => !tags.includes('backend')),
  ),
);

/** Shows the committed contract, from which clients are made, with the URL of this API. The function can reach nothing else. */
export const handler = openEndpoint({}, {}, async (_input, { path }) => {
  const url = path.replace(/\/openapi\.json\/?$/, '') || '/';
  // Anybody may cache it: it changes with a deployment only.
  return ok({
    status: 200,
    headers: { 'Cache-Control': 'public, max-age=3600' },
    body: { ...contract, servers: [{ url }], paths },
  });
});
