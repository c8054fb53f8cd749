import { expect, test } from 'vitest';
import { firstPath } from '../../local/first-request.ts';

const url = 'http://127.0.0.1:3000/v1';
const serving = (...methods: [string, string[]][]) => [
  { name: 'Other', url: 'http://127.0.0.1:3001/v1', methods: [['/other', ['GET']] as const] },
  { name: 'Api', url, methods },
];

test.each<[string, [string, string[]][], string]>([
  [
    'whoami, if it is served',
    [
      ['/orders', ['GET']],
      ['/whoami', ['GET']],
    ],
    '/whoami',
  ],
  [
    'else a route of the user’s own',
    [
      ['/keys', ['POST', 'GET']],
      ['/openapi.json', ['GET']],
      ['/orders', ['GET']],
    ],
    '/orders',
  ],
  [
    'no path with a parameter, and no other method',
    [
      ['/orders/{id}', ['GET']],
      ['/a', ['POST']],
      ['/keys', ['GET']],
    ],
    '/keys',
  ],
  ['the contract, if there is nothing else', [['/openapi.json', ['GET']]], '/openapi.json'],
  ['the root of an API without routes', [], '/'],
])('the first request that is printed goes to %s', (_what, methods, path) => {
  expect(firstPath(serving(...methods), url)).toBe(path);
});
