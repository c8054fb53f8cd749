import type { ServedRoutes } from './served-apis.ts';

/** Our own routes that show little of an API that somebody serves. */
const lessUseful = ['/openapi.json', '/keys'];

/** The path of a GET that exists on the API, for a first request: `/whoami`, or a route of the user's own. */
export function firstPath(routes: readonly ServedRoutes[], apiUrl: string): string {
  const { methods = [] } = routes.find(({ url }) => url === apiUrl) ?? {};
  const paths = methods.filter(([path, verbs]) => verbs.includes('GET') && !path.includes('{')).map(([path]) => path);
  const own = paths.filter((path) => !lessUseful.includes(path));
  return ['/whoami', ...own, '/keys', ...paths].find((path) => paths.includes(path)) ?? '/';
}
