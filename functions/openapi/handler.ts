import { openEndpoint } from '../../shared/endpoint/endpoint.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { ok } from '../../shared/result.ts';
import { servedPaths } from './backend-routes.ts';
import contract from './openapi.json' with { type: 'json' };

/** The variable is absent if the stack has no route of a backend. */
const paths = servedPaths(readEnvironment('BACKEND_ROUTES')?.split(' ') ?? []);

/**
 * Shows the committed contract, from which clients are made, with the URL and the routes of this API. The function can reach
 * nothing else.
 */
export const handler = openEndpoint({}, {}, async (_input, { path }) => {
  const url = path.replace(/\/openapi\.json\/?$/, '') || '/';
  // Anybody may cache it: it changes with a deployment only.
  return ok({
    status: 200,
    headers: { 'Cache-Control': 'public, max-age=3600' },
    body: { ...contract, servers: [{ url }], paths },
  });
});
