import { operationNameOf } from '../../shared/deployment.ts';
import contract from './openapi.json' with { type: 'json' };

type Paths = Record<string, Record<string, object>>;

/** What every request with a key may be answered, whatever the backend does. */
const { 200: _ownAnswer, ...ofWhoami } = contract.paths['/whoami'].get.responses;
const refusals = { ...ofWhoami, 403: { $ref: '#/components/responses/LacksScope' } };

/**
 * The paths of the contract as this API has them: the routes of keys, and the given routes of backends: `GET:/orders`, or
 * `GET:/orders:listOrders` with the name of the operation.
 */
export function servedPaths(routes: readonly string[]): Paths {
  const documented: Paths = contract.paths;
  const ofKeys = Object.entries(documented).filter(([, operations]) => !Object.values(operations).some(isOfBackend));
  const paths: Paths = Object.fromEntries(ofKeys);
  for (const route of routes) {
    const [method = '', path = '', name = operationNameOf(method, path)] = route.split(':');
    const verb = method.toLowerCase();
    paths[path] = { ...paths[path], [verb]: documented[path]?.[verb] ?? undescribed(verb, path, name) };
  }
  return paths;
}

function isOfBackend(operation: object): boolean {
  return 'tags' in operation && Array.isArray(operation.tags) && operation.tags.includes('backend');
}

/** A route of which only its existence is known. */
function undescribed(method: string, path: string, operationId: string): object {
  const names = [...path.matchAll(/\{(\w+)\+?\}/g)].map(([, name = '']) => name);
  return {
    operationId,
    summary: `${method.toUpperCase()} ${path}`,
    tags: ['backend'],
    ...(names.length === 0
      ? {}
      : { parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })) }),
    ...(['post', 'put', 'patch'].includes(method)
      ? { requestBody: { content: { 'application/json': { schema: {} } } } }
      : {}),
    responses: { '2XX': { description: 'The answer of the backend.' }, ...refusals },
  };
}
