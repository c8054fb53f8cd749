import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type * as z from 'zod';
import { contractText } from '../../contract/document.ts';
import { gatewayCodes, problems } from '../../contract/problems.ts';
import { requests } from '../../contract/requests.ts';
import contract from '../../functions/openapi/openapi.json' with { type: 'json' };
import { toProblem } from '../../shared/endpoint/problem.ts';
import type { Failure } from '../../shared/failure.ts';
import { checkAgainstContract, type SeenAnswer } from '../support/contract-check.ts';

afterEach(() => void vi.unstubAllEnvs());

test('the committed contract matches the schemas (to update it: npm run contract)', () => {
  expect(contractText()).toBe(readFileSync(new URL('../../functions/openapi/openapi.json', import.meta.url), 'utf8'));
});

test('behind a custom domain the served contract names no stage', async () => {
  vi.stubEnv('BACKEND_ROUTES', 'GET:/whoami');
  vi.stubEnv('CORS_ALLOW_ORIGIN', '*');
  const { handler } = await import('../../functions/openapi/handler.ts');
  const requestContext = { requestId: 'r', path: '/openapi.json', identity: {} };
  const event = { requestContext, httpMethod: 'GET' } as unknown as APIGatewayProxyEvent;
  const served = JSON.parse((await handler(event)).body);
  expect(served).toEqual({ ...contract, servers: [{ url: '/' }] });
});

describe('the contract of a request', () => {
  const ajv = new Ajv2020({ strict: false });
  formats.default(ajv);
  ajv.addSchema({ $id: 'contract', ...contract });
  const fits = (name: string, body: unknown) => ajv.validate({ $ref: `contract#/components/schemas/${name}` }, body);

  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`c${index}`, 'x']));
  const instant = '2099-01-01T00:00:00Z';
  const asked: [keyof typeof requests, unknown, boolean][] = [
    ['CreateKeyRequest', {}, true],
    ['CreateKeyRequest', [], false],
    ['CreateKeyRequest', { organizationId: 'org_1' }, false],
    ['CreateKeyRequest', { description: '' }, false],
    ['CreateKeyRequest', { description: '😀'.repeat(255) }, true], // characters, not UTF-16 code units
    ['CreateKeyRequest', { description: '😀'.repeat(256) }, false],
    ['CreateKeyRequest', { description: 'a\u0000b' }, false],
    ['CreateKeyRequest', { description: 'a\u0085b' }, false],
    ['CreateKeyRequest', { userId: 'usr_1' }, true],
    ['CreateKeyRequest', { userId: 'org_1' }, false],
    ['CreateKeyRequest', { scope: 'keys:read keys:write' }, true],
    ['CreateKeyRequest', { scope: 'a  b' }, false],
    ['CreateKeyRequest', { scope: '' }, false],
    ['CreateKeyRequest', { scope: 'a'.repeat(257) }, false],
    ['CreateKeyRequest', { customClaims: many(16) }, true],
    ['CreateKeyRequest', { customClaims: many(17) }, false],
    ['CreateKeyRequest', { customClaims: { ['n'.repeat(30)]: 'x'.repeat(256) } }, true],
    ['CreateKeyRequest', { customClaims: { ['n'.repeat(31)]: 'x' } }, false],
    ['CreateKeyRequest', { customClaims: { a: 'x'.repeat(257) } }, false],
    ['CreateKeyRequest', { customClaims: { a: '' } }, false],
    ['CreateKeyRequest', { customClaims: { '': 'x' } }, false],
    ['CreateKeyRequest', { expiresAt: instant }, true],
    ['CreateKeyRequest', { expiresAt: '2099-01-01T00:00:00.5+02:00' }, true],
    ['CreateKeyRequest', { expiresAt: '2099-01-01T00:00:00' }, false],
    ['CreateKeyRequest', { expiresAt: 'tomorrow' }, false],
    ['CreateKeyRequest', { expiresIn: 1 }, true],
    ['CreateKeyRequest', { expiresIn: 0 }, false],
    ['CreateKeyRequest', { expiresIn: 1.5 }, false],
    ['CreateKeyRequest', { expiresIn: 100 * 365 * 24 * 3600 + 1 }, false],
    ['CreateKeyRequest', { expiresIn: 1, expiresAt: instant }, false],
    ['UpdateKeyRequest', {}, false],
    ['UpdateKeyRequest', { description: '', scope: '' }, true],
    ['UpdateKeyRequest', { customClaims: {} }, true],
    ['UpdateKeyRequest', { userId: 'usr_1' }, false],
    ['RotateKeyRequest', {}, true],
    ['RotateKeyRequest', { overlapSeconds: 2_592_000, replace: true }, true],
    ['RotateKeyRequest', { overlapSeconds: 2_592_001 }, false],
    ['RotateKeyRequest', { overlapSeconds: -1 }, false],
    ['RotateKeyRequest', { expiresIn: 1, expiresAt: instant }, false],
    ['RevokeKeysRequest', {}, false],
    ['RevokeKeysRequest', { all: false }, false],
    ['RevokeKeysRequest', { all: true, dryRun: true }, true],
    ['RevokeKeysRequest', { all: true, userId: 'usr_1' }, false],
    ['RevokeKeysRequest', { all: false, userId: 'usr_1' }, true],
    ['RevokeKeysRequest', { customClaims: {} }, false],
    ['RevokeKeysRequest', { createdBefore: instant, issuedBy: 'apit_1' }, true],
    ['RevokeKeysRequest', { issuedBy: 'org_1' }, false],
    ['RevokeKeysRequest', { issuedBy: 'usr_1' }, true],
    ['RevokeKeysRequest', { issuedBy: 'm2morg_1' }, true],
    ['LeakedKey', { token: 'x', token_type_hint: 'access_token' }, true],
    ['LeakedKey', { token: '' }, false],
  ];

  test.each(asked)('accepts and refuses what the function accepts and refuses: %s %j', (name, body, isTaken) => {
    expect((requests[name] as z.ZodType).safeParse(body).success).toBe(isTaken);
    expect(fits(name, body)).toBe(isTaken);
  });
});

test('each problem of a function has the status that the function sends', () => {
  for (const { status, codes } of Object.values(problems)) {
    for (const kind of codes) {
      if ((gatewayCodes as readonly string[]).includes(kind)) continue;
      const { body } = toProblem({ kind, errors: [], scope: '', detail: '' } as unknown as Failure, 'id');
      expect(body.status, kind).toBe(status);
    }
  }
});

describe('the check of an answer against the contract', () => {
  const key = { keyId: 'apit_1', organizationId: 'org_1', customClaims: {}, roles: [], suffix: 'abcd' };
  const headers = { 'content-type': 'application/json', location: '/v1/keys/apit_1' };
  const answer = (status: number, body: unknown, more: Partial<SeenAnswer> = {}): SeenAnswer => ({
    status,
    headers,
    text: body === undefined ? '' : JSON.stringify(body),
    ...more,
  });
  const problem = (status: number, code: string) => ({
    type: 'about:blank',
    title: 'Title',
    status,
    detail: 'Detail.',
    code,
    requestId: '1',
  });
  const retry = { headers: { ...headers, 'retry-after': '1' } };

  test.each([
    ['GET', '/keys/apit_1', answer(200, key)],
    ['GET', '/keys?pageSize=1', answer(200, { keys: [key], totalCount: 1 })],
    ['POST', '/keys', answer(201, { key: 'plain', ...key })],
    ['DELETE', '/keys/apit_1', answer(204, undefined)],
    ['GET', '/whoami', answer(429, problem(429, 'throttled'), retry)],
    ['POST', '/keys/apit_1/rotate', answer(409, { ...problem(409, 'already_rotated'), successorId: 'apit_2' })],
    ['POST', '/keys', answer(409, problem(409, 'too_many_keys'))],
    ['OPTIONS', '/keys', answer(415, problem(415, 'unsupported_media_type'))],
    ['GET', '/nope', answer(418, undefined)],
  ])('accepts %s %s %j', (method, path, good) => {
    expect(() => checkAgainstContract(method, path, good)).not.toThrow();
  });

  test.each([
    ['an undocumented status', 'GET', '/keys/apit_1', answer(202, key), /status is not documented/],
    ['a status of another route', 'GET', '/whoami', answer(404, problem(404, 'not_found')), /status is not documented/],
    ['an extra field', 'GET', '/keys/apit_1', answer(200, { ...key, email: 'a@b' }), /additional properties/],
    ['a plain key in a list', 'GET', '/keys', answer(200, { keys: [{ ...key, key: 'plain' }] }), /additional prop/],
    ['a missing field', 'GET', '/whoami', answer(200, { ...key, suffix: undefined, roles: undefined }), /'roles'/],
    ['an invalid date', 'GET', '/keys/apit_1', answer(200, { ...key, createdAt: 'now' }), /date-time/],
    ['a code of another status', 'GET', '/whoami', answer(401, problem(401, 'not_found')), /allowed values/],
    ['a status that differs from the body’s', 'GET', '/whoami', answer(401, problem(403, 'invalid_token')), /constant/],
    ['a conflict of another route', 'POST', '/keys', answer(409, problem(409, 'already_rotated')), /allowed values/],
    ['no successor', 'POST', '/keys/apit_1/rotate', answer(409, problem(409, 'already_rotated')), /successorId/],
    ['no Retry-After', 'GET', '/whoami', answer(429, problem(429, 'throttled')), /no Retry-After/],
    [
      'no Location',
      'POST',
      '/keys',
      answer(201, { key: 'x', ...key }, { headers: { 'content-type': 'application/json' } }),
      /no Location/,
    ],
    [
      'another content type',
      'GET',
      '/keys/apit_1',
      answer(200, key, { headers: { 'content-type': 'text/html' } }),
      /text\/html/,
    ],
    ['a body that is not JSON', 'GET', '/keys/apit_1', answer(200, undefined, { text: '{' }), /must be object/],
    ['an unexpected body', 'DELETE', '/keys/apit_1', answer(204, key), /there is a body/],
  ])('rejects %s', (_what, method, path, bent, message) => {
    expect(() => checkAgainstContract(method, path, bent)).toThrow(message);
  });
});

test('the served contract shows every route of a backend, and is valid', async () => {
  const { servedPaths } = await import('../../functions/openapi/backend-routes.ts');
  const paths = servedPaths([
    'GET:/orders',
    'POST:/orders',
    'GET:/orders/{orderId}/lines/{lineId}',
    'GET:/files/{path+}',
  ]);
  expect(paths).not.toHaveProperty('/whoami');
  expect(paths).toHaveProperty('/keys');
  const operation = paths['/orders/{orderId}/lines/{lineId}']?.['get'];
  expect(operation).toMatchObject({
    operationId: 'getOrdersOrderIdLinesLineId',
    tags: ['backend'],
    parameters: [{ name: 'orderId' }, { name: 'lineId' }],
    responses: { '2XX': {}, 401: { $ref: '#/components/responses/Unauthorized' } },
  });
  expect(paths['/files/{path+}']?.['get']).toMatchObject({ parameters: [{ name: 'path' }] });
  expect(Object.keys(paths['/orders'] ?? {})).toEqual(['get', 'post']);
  const ids = Object.values(paths).flatMap((operations) =>
    Object.values(operations).map((one) => (one as { operationId: string }).operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
  expect(servedPaths(['GET:/whoami'])['/whoami']).toEqual(contract.paths['/whoami']);
});

test('no optional field of a request has a default, with which some generators make the field required', () => {
  const defaults: string[] = [];
  const visit = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [name, child] of Object.entries(node)) {
      if (name === 'default') defaults.push(path);
      visit(child, `${path}/${name}`);
    }
  };
  visit(contract, '');
  expect(defaults).toEqual([]);
});
