import { expect, test } from 'vitest';
import { matchRoute } from '../../local/gateway/router.ts';
import type { Route } from '../../local/template/model.ts';

const routes = [
  'GET /',
  'GET /keys',
  'POST /keys',
  'DELETE /keys/{keyId}',
  'ANY /keys/special',
  'GET /files/{path+}',
].map((text): Route => {
  const [method = '', resourcePath = ''] = text.split(' ');
  const integration = { type: 'MOCK', passthrough: 'NEVER', statusByContentType: {}, responses: [] } as const;
  return {
    method,
    resourcePath,
    resourceId: '',
    authorizer: undefined,
    isMetered: false,
    throttle: undefined,
    integration,
  };
});

test.each([
  ['GET', '/', '/', null],
  ['GET', '/keys', '/keys', null],
  ['GET', '/keys/', '/keys', null],
  ['DELETE', '/keys/apit_1', '/keys/{keyId}', { keyId: 'apit_1' }],
  ['DELETE', '/keys/special', '/keys/special', null],
  ['DELETE', '/keys/a%2Fb', '/keys/{keyId}', { keyId: 'a%2Fb' }],
  ['GET', '/files/a/b', '/files/{path+}', { path: 'a/b' }],
])('%s %s matches %s', (method, path, resourcePath, pathParameters) => {
  expect(matchRoute(routes, method, path)).toMatchObject({ route: { resourcePath }, pathParameters });
});

test.each([
  ['PUT', '/keys'],
  ['GET', '/KEYS'],
  ['GET', '/keys/a'],
  ['DELETE', '/keys/a/b'],
  ['DELETE', '/keys//'],
  ['GET', '/files'],
  ['get', '/keys'],
  ['GET', '/%6Beys'],
])('%s %s matches no route', (method, path) => {
  expect(matchRoute(routes, method, path)).toBeUndefined();
});
