import { describe, expect, test } from 'vitest';
import { bearer } from '../support/client.ts';
import { call, createKey, expectInvalid, expectProblem, expectRefused, send, target } from './client.ts';

const admin = target.adminKey;

describe('credentials', () => {
  test('a request without credentials is refused with a request for credentials', async () => {
    const answer = await send('GET', '/whoami');
    expectProblem(answer, 401, 'missing_credentials');
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="api"');
  });

  test.each([
    ['an unknown key', 'aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0zA'],
    ['a revoked key', undefined],
    ['a token id that is valid', null],
    ['a malformed key', 'not a key'],
    ['a key with another last character', `${admin.slice(0, -1)}${admin.endsWith('A') ? 'B' : 'A'}`],
    ['a key in another case', admin.toLowerCase()],
    ['a key cut short', admin.slice(0, -1)],
    ['two keys joined', admin + admin],
    ['a key that is too long', 'a'.repeat(4000)],
  ])('%s is refused as invalid_token', async (what, presented) => {
    if (what === 'a token id that is valid') return expectRefused((await createKey(admin, {})).keyId);
    if (presented === undefined) {
      const { key, keyId } = await createKey(admin, {});
      await call(admin, 'DELETE', `/keys/${keyId}`);
      return expectRefused(key);
    }
    return expectRefused(presented ?? '');
  });

  test.each([
    ['two headers', { Authorization: [bearer(admin).Authorization, bearer(admin).Authorization] }],
    [
      'a second value after a comma',
      { Authorization: `${bearer(admin).Authorization}, ${bearer(admin).Authorization}` },
    ],
  ])('%s is refused as invalid_token', async (_what, headers) => {
    expectProblem(await send('GET', '/whoami', headers), 401, 'invalid_token');
  });

  test.each([
    ['another scheme', `Basic ${admin}`],
    ['the scheme of other products', `Token ${admin}`],
    ['no scheme', admin],
    ['a colon after the scheme', `Bearer: ${admin}`],
  ])('%s is refused without telling the client that the key is bad', async (_what, Authorization) => {
    const answer = await send('GET', '/whoami', { Authorization });
    expectProblem(answer, 401, 'malformed_credentials');
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="api"');
    expect(answer.json.detail).toContain('The key may be good');
  });

  test('two spaces after the scheme are accepted like one', async () => {
    expect((await send('GET', '/whoami', { Authorization: `Bearer  ${admin}` })).status).toBe(200);
  });

  test('header and scheme are accepted in any case', async () => {
    expect((await send('GET', '/whoami', { aUTHORIZATION: `bEARER ${admin}` })).status).toBe(200);
  });

  test('headers and queries that are named like the caller do not change the caller', async () => {
    const forged = {
      ...bearer(admin),
      organizationId: target.otherOrganizationId,
      'x-amzn-authorizer-organizationId': target.otherOrganizationId,
    };
    expect((await send('GET', '/whoami', forged)).json.organizationId).toBe(target.organizationId);
    expectProblem(
      await send('GET', `/whoami?organizationId=${target.otherOrganizationId}`, forged),
      400,
      'invalid_request',
    );
  });

  test.each(['/', '/nope', '/keys/apit_1/more', '/whoami/x'])(
    'the unknown route %s is 404 with and without a key',
    async (path) => {
      expectProblem(await send('GET', path), 404, 'not_found');
      expectProblem(await call(admin, 'GET', path), 404, 'not_found');
    },
  );

  test('a preflight with its own body type is refused without a server error', async () => {
    for (const path of ['/keys', '/whoami']) {
      expectProblem(await send('OPTIONS', path, { 'Content-Type': 'text/plain' }), 415, 'unsupported_media_type');
    }
  });

  test('the contract is compressed for clients that accept it, and may be cached for an hour', async () => {
    const answer = await fetch(`${target.apiUrl}/openapi.json`, { headers: { 'Accept-Encoding': 'gzip' } });
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=3600');
    expect(await answer.json()).toMatchObject({ openapi: '3.1.0' });
    const plain = await send('GET', '/openapi.json');
    expect(plain.headers).not.toHaveProperty('content-encoding');
  });

  test('a preflight of a page of another origin is answered without a key', async () => {
    const answer = await send('OPTIONS', '/keys', {
      Origin: 'https://app.example',
      'Access-Control-Request-Method': 'POST',
    });
    expect(answer.status).toBe(204);
    expect(answer.headers['access-control-allow-origin']).toBe(target.settings.corsAllowOrigin);
    expect(answer.headers['access-control-allow-headers']).toContain('Authorization');
  });
});

describe('invalid input', () => {
  test.each([
    ['no body', '', ''],
    ['a body that is not JSON', '{', ''],
    ['a list', '[]', ''],
    ['null', 'null', ''],
    ['a string', '"x"', ''],
    ['an unknown field', '{"organizationId":"org_1"}', 'organizationId'],
    ['a description of another type', '{"description":1}', 'description'],
    ['an empty description', '{"description":""}', 'description'],
    ['a long description', JSON.stringify({ description: 'x'.repeat(256) }), 'description'],
    ['a control character', '{"description":"a\\u0000b"}', 'description'],
    ['an unpaired surrogate', '{"description":"\\ud800"}', 'description'],
    ['a malformed user id', '{"userId":"org_1"}', 'userId'],
    ['a user that does not exist', '{"userId":"usr_1"}', 'userId'],
    ['a scope of another type', '{"scope":["keys:read"]}', 'scope'],
    ['an empty scope', '{"scope":""}', 'scope'],
    ['a scope with two spaces', '{"scope":"a  b"}', 'scope'],
    ['two scopes that differ', '{"scope":"keys:read","customClaims":{"scope":"keys:write"}}', 'scope'],
    ['claims that are a list', '{"customClaims":["a"]}', 'customClaims'],
    ['a claim of another type', '{"customClaims":{"a":1}}', 'customClaims.a'],
    ['an empty claim', '{"customClaims":{"a":""}}', 'customClaims.a'],
    ['a long claim', JSON.stringify({ customClaims: { a: 'x'.repeat(257) } }), 'customClaims.a'],
    [
      'a claim with a long name',
      JSON.stringify({ customClaims: { ['n'.repeat(31)]: 'x' } }),
      `customClaims.${'n'.repeat(31)}`,
    ],
    ['a claim without a name', '{"customClaims":{"":"x"}}', 'customClaims.'],
    ['a reserved claim', '{"customClaims":{"issued_by":"apit_1"}}', 'customClaims.issued_by'],
    ['a claim named __proto__', '{"customClaims":{"__proto__":"x"}}', '__proto__'],
    ['a very long body', JSON.stringify({ description: 'x'.repeat(70_000) }), ''],
    [
      'very many members',
      JSON.stringify(Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`m${index}`, 0]))),
      'm0',
    ],
    ['a very long scope', JSON.stringify({ scope: `${'a '.repeat(30_000)}a` }), 'scope'],
    ['an expiry beyond the year 9999', '{"expiresAt":"9999-12-31T23:59:59-23:59"}', 'expiresAt'],
    [
      'an expiry with very many digits',
      JSON.stringify({ expiresAt: `2099-01-01T00:00:00.${'0'.repeat(50)}Z` }),
      'expiresAt',
    ],
    [
      'addresses that are not ranges',
      '{"customClaims":{"allowed_ips":"10.0.0.0/8, 10.1.0.0/16"}}',
      'customClaims.allowed_ips',
    ],
    [
      'an address that some parsers read as octal',
      '{"customClaims":{"allowed_ips":"010.0.0.0/8"}}',
      'customClaims.allowed_ips',
    ],
    [
      'too many claims',
      JSON.stringify({
        customClaims: Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`c${index}`, 'x'])),
      }),
      'customClaims',
    ],
    ['an expiry that is not a date', '{"expiresAt":"tomorrow"}', 'expiresAt'],
    ['an expiry without offset', '{"expiresAt":"2099-01-01T00:00:00"}', 'expiresAt'],
    ['an expiry in the past', '{"expiresAt":"2001-01-01T00:00:00Z"}', 'expiresAt'],
    ['an expiry that is a number', '{"expiresAt":4102444800}', 'expiresAt'],
    ['a lifetime of 0', '{"expiresIn":0}', 'expiresIn'],
    ['a lifetime in words', '{"expiresIn":"90d"}', 'expiresIn'],
    ['a lifetime without end', '{"expiresIn":1e300}', 'expiresIn'],
    ['both expiries', '{"expiresIn":60,"expiresAt":"2099-01-01T00:00:00Z"}', 'expiresIn'],
  ])('a creation with %s is a 400 that names the field', async (_what, body, path) => {
    const answer = await call(admin, 'POST', '/keys', body);
    expectInvalid(answer, path);
  });

  test('a body that is not UTF-8 is a 400', async () => {
    const body = Buffer.from([...Buffer.from('{"description":"'), 0xff, 0xfe, ...Buffer.from('"}')]);
    const headers = { ...bearer(admin), 'Content-Length': String(body.length) };
    expectProblem(await send('POST', '/keys', headers, body), 400, 'invalid_request');
  });

  test.each([
    ['pageSize=0', 'pageSize'],
    ['pageSize=31', 'pageSize'],
    ['pageSize=ten', 'pageSize'],
    ['pageSize=-1', 'pageSize'],
    ['pageSize=1e1', 'pageSize'],
    ['pageSize=5&pageSize=6', 'pageSize'],
    ['pageToken=', 'pageToken'],
    ['pageToken=nonsense', 'pageToken'],
    ['pageToken=%FF', 'pageToken'],
    [`pageToken=${'a'.repeat(1025)}`, 'pageToken'],
    ['userId=', 'userId'],
    ["userId=usr_1'%20OR%201=1", 'userId'],
    ['userid=usr_1', 'userid'],
    ['organizationId=org_1', 'organizationId'],
    ['__proto__=1', '__proto__'],
    ['constructor=1', 'constructor'],
  ])('a list with %s is a 400 that names the field', async (query, path) => {
    const answer = await call(admin, 'GET', `/keys?${query}`);
    expectInvalid(answer, path);
  });

  test.each(['x', 'apit_', 'apit_1%2F', 'APIT_1', 'apit_1;', 'apit_%00', '%FF', 'org_1', "apit_1'"])(
    'the id %s is a 400 that names it',
    async (keyId) => {
      for (const method of ['GET', 'PATCH', 'DELETE']) {
        const body = method === 'PATCH' ? { description: 'x' } : undefined;
        const answer = await call(admin, method, `/keys/${keyId}`, body);
        expectProblem(answer, 400, 'invalid_request');
        expect(answer.json.errors[0].path).toBe('keyId');
      }
    },
  );

  test.each([
    ['nothing', '{}', ''],
    ['an unknown field', '{"expiresAt":"2099-01-01T00:00:00Z"}', 'expiresAt'],
    ['a user', '{"userId":"usr_1"}', 'userId'],
    ['a description of another type', '{"description":null}', 'description'],
    ['a scope with two spaces', '{"scope":"a  b"}', 'scope'],
    ['two scopes that differ', '{"scope":"a","customClaims":{"scope":"b"}}', 'scope'],
    ['a reserved claim', '{"customClaims":{"plan":"pro"}}', 'customClaims.plan'],
    ['an empty claim', '{"customClaims":{"a":""}}', 'customClaims.a'],
  ])('a change of %s is a 400 that names the field, and changes nothing', async (_what, body, path) => {
    const { keyId } = await createKey(admin, { description: 'as it was', customClaims: { env: 'a' } });
    const answer = await call(admin, 'PATCH', `/keys/${keyId}`, body);
    expectInvalid(answer, path);
    expect((await call(admin, 'GET', `/keys/${keyId}`)).json).toMatchObject({
      description: 'as it was',
      customClaims: { env: 'a' },
    });
  });

  test('a refused creation leaves nothing behind', async () => {
    const before = (await call(admin, 'GET', '/keys?pageSize=1')).json.totalCount;
    await call(admin, 'POST', '/keys', { description: 'ok', expiresIn: -1 });
    await call(admin, 'POST', '/keys', { userId: 'usr_1' });
    expect((await call(admin, 'GET', '/keys?pageSize=1')).json.totalCount).toBe(before);
  });
});
