import type { Route } from '../template/model.ts';

/** The route of a request, with its path parameters not decoded, as API Gateway passes them. */
export interface RouteMatch {
  readonly route: Route;
  readonly pathParameters: Readonly<Record<string, string>> | null;
}

/**
 * Matches a method and a raw path (without the stage) as API Gateway does. Of the routes that match both completely, a static
 * segment wins over a parameter, a parameter over a greedy one, and the method itself over `ANY`.
 */
export function matchRoute(routes: readonly Route[], method: string, path: string): RouteMatch | undefined {
  const trimmed = path.replace(/^\//, '').replace(/\/$/, '');
  const segments = trimmed === '' ? [] : trimmed.split('/');
  const candidates = routes
    .filter((route) => route.method === method || route.method === 'ANY')
    .map((route) => ({ route, pattern: patternOf(route.resourcePath) }))
    .flatMap(({ route, pattern }) => {
      const pathParameters = matchSegments(pattern, segments);
      return pathParameters ? [{ route, pattern, pathParameters }] : [];
    })
    .sort((one, other) => bySpecificity(one.pattern, other.pattern) || byMethod(one.route, other.route));
  const [best] = candidates;
  if (!best) return undefined;
  const hasParameters = Object.keys(best.pathParameters).length > 0;
  return { route: best.route, pathParameters: hasParameters ? best.pathParameters : null };
}

type Segment = { readonly kind: 'static' | 'parameter' | 'greedy'; readonly text: string };

const rank = { static: 0, parameter: 1, greedy: 2 } as const;

function patternOf(resourcePath: string): Segment[] {
  return resourcePath
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => {
      const [, name, greedy] = /^\{([^+}]+)(\+?)\}$/.exec(segment) ?? [];
      if (name === undefined) return { kind: 'static', text: segment };
      return { kind: greedy ? 'greedy' : 'parameter', text: name };
    });
}

function matchSegments(pattern: readonly Segment[], segments: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, { kind, text }] of pattern.entries()) {
    const segment = segments[index];
    if (segment === undefined) return undefined;
    if (kind === 'greedy') {
      parameters[text] = segments.slice(index).join('/');
      return parameters;
    }
    if (kind === 'static' && segment !== text) return undefined;
    if (kind === 'parameter') {
      if (segment === '') return undefined;
      parameters[text] = segment;
    }
  }
  return pattern.length === segments.length ? parameters : undefined;
}

function bySpecificity(one: readonly Segment[], other: readonly Segment[]): number {
  for (const [index, segment] of one.entries()) {
    const difference = rank[segment.kind] - rank[other[index]?.kind ?? 'greedy'];
    if (difference !== 0) return difference;
  }
  return 0;
}

function byMethod(one: Route, other: Route): number {
  return Number(one.method === 'ANY') - Number(other.method === 'ANY');
}
