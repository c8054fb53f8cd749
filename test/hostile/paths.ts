import fc from 'fast-check';
import type { Family } from './attempt.ts';
import { inTarget } from './code-like.ts';
import { refused } from './judge.ts';
import { request } from './request.ts';
import { keyRoute, keyRoutes } from './routes.ts';

const disguise = fc.constantFrom(
  (path: string) => `/v1${path}/`,
  (path: string) => `/v1${path}//`,
  (path: string) => `//v1/${path}`,
  (path: string) => `/v1/.${path}`,
  (path: string) => `/v1/x/..${path}`,
  (path: string) => `/v1/openapi.json/..${path}`,
  (path: string) => `/v1/openapi.json%2f..${path}`,
  (path: string) => `/v1/openapi.json;${path}`,
  (path: string) => `/v1/revoke/..;${path}`,
  (path: string) => `/v1${path}/openapi.json`,
  (path: string) => `/v1${path}?/openapi.json`,
  (path: string) => `/v1${path}#/openapi.json`,
  (path: string) => `/v1${path}%00`,
  (path: string) => `/v1${path}%20`,
  (path: string) => `/v1${path};a=b`,
  (path: string) => `/v1${path}.json`,
  (path: string) => `/v1\\${path}`,
  (path: string) => `/V1${path}`,
  (path: string) => `/v1${path.toUpperCase()}`,
  (path: string) => `/%76%31${path}`,
  (path: string) => `/v1${path.replaceAll(/[a-z]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`)}`,
  (path: string) => `/v1${path.replaceAll('/', '%2f')}`,
  (path: string) => `http://127.0.0.1/v1${path}`,
  (path: string) => `http://api.example:443/v1${path}`,
  (path: string) => `//api.example/v1${path}`,
  (path: string) => `v1${path}`,
  (path: string) => `/prod${path}`,
  (path: string) => `/_user_request_${path}`,
  (path: string) => `/restapis/x/v1/_user_request_${path}`,
  (path: string) => path,
);

const method = fc.constantFrom(
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'PURGE',
  'QUERY',
);

const target = fc.oneof(
  inTarget.map((text) => `/v1/keys/${text}`),
  inTarget.map((text) => `/v1/${text}`),
  inTarget.map((text) => `/${text}/whoami`),
  fc.tuple(inTarget, inTarget).map(([name, text]) => `/v1/whoami?${name}=${text}&${name}=${text}`),
  fc.integer({ min: 1, max: 14_000 }).map((length) => `/v1/keys/apit_${'1'.repeat(length)}`),
  fc.integer({ min: 1, max: 5000 }).map((depth) => `/v1${'/x'.repeat(depth)}`),
  fc.integer({ min: 1, max: 3000 }).map((count) => `/v1/whoami?${'a=1&'.repeat(count)}`),
  fc.constantFrom('*', '', '/', '//', '?', '/v1', '/v1?', '/v1/', 'api.example:443', 'file:///etc/passwd'),
);

const methodAndTarget = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(keyRoute, disguise).map(([[own, path], disguised]) => [own, disguised(path)] as const),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(method, keyRoute, disguise)
      .map(([any, [, path], disguised]) => [any, disguised(path)] as const),
  },
  { weight: 3, arbitrary: fc.tuple(method, target) },
);

/** Targets that a careless router would confuse with others, and methods that routes do not have. */
export const hostilePaths: Family = () =>
  methodAndTarget.map(([verb, raw]) => ({
    bytes: request({ method: verb, target: raw }),
    isHead: verb === 'HEAD',
    judge: refused,
  }));

const strangeMethod = fc.oneof(
  fc.constantFrom(
    'get',
    'GeT',
    'CONNECT',
    'PRI',
    'ANY',
    'GET\0',
    'GET\t',
    ' GET',
    'GET GET',
    '__proto__',
    '',
    'G'.repeat(9000),
  ),
  fc.constantFrom(...keyRoutes.map(([name]) => name)).map((name) => `${name}X`),
  fc.string({ unit: 'binary-ascii', maxLength: 12 }),
);

const version = fc.constantFrom(
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/0.9',
  'HTTP/2.0',
  'HTTP/1.10',
  'HTTP/9.9',
  'http/1.1',
  'HTTP 1.1',
  'ICY',
  '',
);

/** Malformed request lines. */
export const hostileRequestLines: Family = () =>
  fc.tuple(fc.oneof(method, strangeMethod), keyRoute, version).map(([verb, [, path], name]) => ({
    bytes: request({ method: verb, path }).replace('HTTP/1.1', name),
    isHead: verb === 'HEAD',
    judge: refused,
  }));
