import { describe, expect, test } from 'vitest';
import { call, createKey, expectProblem, expectRefused, keyFromScalekit, scalekit, target } from './client.ts';

const admin = target.adminKey;
const allScopes = 'keys:read keys:write keys:users';

test('an organization key and a user key are created, used, listed and revoked', async () => {
  const organizationKey = await createKey(admin, {
    description: 'CI',
    scope: 'keys:read',
    customClaims: { env: 'test' },
  });
  const userKey = await createKey(admin, { userId: target.userId });

  const whoami = await call(organizationKey.key, 'GET', '/whoami');
  expect(whoami.status).toBe(200);
  expect(whoami.json).toMatchObject({
    keyId: organizationKey.keyId,
    organizationId: target.organizationId,
    customClaims: { env: 'test', scope: 'keys:read' },
  });
  expect(whoami.json).not.toHaveProperty('userId');
  expect((await call(userKey.key, 'GET', '/whoami')).json).toMatchObject({
    keyId: userKey.keyId,
    userId: target.userId,
  });

  const ids = (await allKeys(admin)).map(({ keyId }) => keyId);
  expect(ids).toEqual(expect.arrayContaining([organizationKey.keyId, userKey.keyId]));

  expect((await call(admin, 'DELETE', `/keys/${organizationKey.keyId}`)).status).toBe(204);
  await expectRefused(organizationKey.key);
  expect((await call(admin, 'DELETE', `/keys/${organizationKey.keyId}`)).status).toBe(204);
  expect((await call(userKey.key, 'GET', '/whoami')).status).toBe(200);
  expect((await allKeys(admin)).map(({ keyId }) => keyId)).not.toContain(organizationKey.keyId);
});

test('the answer to a creation contains the plain key and its Location, and must not be cached', async () => {
  const created = await call(admin, 'POST', '/keys', { description: 'once', expiresIn: 3600 });
  expect(created.status).toBe(201);
  expect(created.headers).toMatchObject({ 'cache-control': 'no-store', 'content-type': 'application/json' });
  expect(created.headers['location']).toMatch(new RegExp(`/keys/${created.json.keyId}$`));
  expect(created.json.suffix).toBe(created.json.key.slice(-4));
  expect(Date.parse(created.json.expiresAt) - Date.now()).toBeGreaterThan(3_500_000);
  const listed = (await allKeys(admin)).find(({ keyId }) => keyId === created.json.keyId);
  expect(listed).toMatchObject({ description: 'once', suffix: created.json.suffix });
  expect(JSON.stringify(listed)).not.toContain(created.json.key);
});

test('the Location of a creation shows the key to every caller that can see it, until it is revoked', async () => {
  const created = await call(admin, 'POST', '/keys', { description: 'shown', customClaims: { env: 'shown' } });
  const { key, keyId } = created.json;
  const path = `/keys/${keyId}`;
  expect(created.headers['location']).toBe(new URL(target.apiUrl).pathname + path);
  const shown = await call(admin, 'GET', path);
  expect(shown.status).toBe(200);
  expect(shown.json).toMatchObject({ keyId, description: 'shown', customClaims: { env: 'shown' } });
  expect(shown.text).not.toContain(key);

  const stranger = await keyFromScalekit(target.otherOrganizationId, { scope: allScopes });
  const bound = await createKey(admin, { scope: 'keys:read', customClaims: { env: 'other' } });
  const user = await keyFromScalekit(target.organizationId, { userId: target.userId, scope: 'keys:read' });
  for (const other of [stranger, bound, user]) expectProblem(await call(other.key, 'GET', path), 404, 'not_found');
  expectProblem(await call(key, 'GET', path), 403, 'insufficient_scope');
  expectProblem(await call(admin, 'GET', '/keys/apit_1'), 404, 'not_found');
  await call(admin, 'DELETE', path);
  expectProblem(await call(admin, 'GET', path), 404, 'not_found');
});

describe('changing a key', () => {
  const change = (key: string, keyId: string, body: unknown) => call(key, 'PATCH', `/keys/${keyId}`, body);

  test('sets the named fields, keeps other fields and reserved claims, and takes effect on the next request', async () => {
    const { key, keyId } = await createKey(admin, {
      description: 'before',
      scope: 'keys:read',
      customClaims: { env: 'a', team: 'x' },
    });
    const { issued_by } = (await call(key, 'GET', '/whoami')).json.customClaims;
    const described = await change(admin, keyId, { description: 'after' });
    expect(described.status).toBe(200);
    expect(described.json).toMatchObject({
      description: 'after',
      customClaims: { env: 'a', team: 'x', scope: 'keys:read', issued_by },
    });
    expect(described.text).not.toContain(key);
    const narrowed = { env: 'a', team: 'x', region: 'b' };
    expect((await change(admin, keyId, { customClaims: narrowed })).json.customClaims).toEqual({
      ...narrowed,
      scope: 'keys:read',
      issued_by,
    });
    expect((await call(key, 'GET', '/whoami')).json.customClaims).toEqual({
      ...narrowed,
      scope: 'keys:read',
      issued_by,
    });
    const cleared = (await change(admin, keyId, { description: '', scope: '' })).json;
    expect(cleared).not.toHaveProperty('description');
    expect(cleared.customClaims).toEqual({ ...narrowed, issued_by });
    expectProblem(await call(key, 'GET', '/keys'), 403, 'insufficient_scope');
  });

  test('by a key only narrows it, so that a stolen key cannot widen a key that outlives it', async () => {
    const weak = await createKey(admin, {
      scope: 'keys:read',
      customClaims: { team: 'x', allowed_ips: '10.9.0.0/16' },
    });
    const claims = { team: 'x', allowed_ips: '10.9.0.0/16' };
    for (const body of [
      { scope: allScopes },
      { customClaims: {} },
      { customClaims: { ...claims, team: 'y' } },
      { customClaims: { team: 'x' } },
      { customClaims: { ...claims, allowed_ips: '10.9.0.0/16 127.0.0.0/8' } },
    ]) {
      const refused = await change(admin, weak.keyId, body);
      expectProblem(refused, 403, 'beyond_authority');
      expect(refused.json.detail).toContain('create a new key');
    }
    const shown = (await call(admin, 'GET', `/keys/${weak.keyId}`)).json;
    expect(shown.customClaims).toMatchObject({ ...claims, scope: 'keys:read' });
    const narrowed = await change(admin, weak.keyId, { customClaims: { ...claims, allowed_ips: '10.9.1.0/24' } });
    expect(narrowed.json.customClaims).toMatchObject({ team: 'x', allowed_ips: '10.9.1.0/24', scope: 'keys:read' });
  });

  test('needs authority over its scope, user and expiry', async () => {
    const writer = await createKey(admin, { scope: 'keys:write', expiresIn: 3600 });
    const make = async (body: object) => (await createKey(admin, body)).keyId;
    expectProblem(
      await change(writer.key, await make({ scope: 'keys:read', expiresIn: 60 }), { description: 'x' }),
      403,
      'beyond_authority',
    );
    expectProblem(await change(writer.key, await make({}), { description: 'x' }), 403, 'beyond_authority');
    expectProblem(
      await change(writer.key, await make({ userId: target.userId, expiresIn: 60 }), { description: 'x' }),
      403,
      'insufficient_scope',
    );
    const within = await make({ expiresIn: 60 });
    for (const scope of ['keys:read', 'keys:write'])
      expectProblem(await change(writer.key, within, { scope }), 403, 'beyond_authority');
    expect((await change(writer.key, within, { description: 'x' })).status).toBe(200);
  });

  test('answers 404 for a key that the caller cannot see, and leaves it unchanged', async () => {
    const { keyId } = await createKey(admin, { description: 'mine' });
    const stranger = await keyFromScalekit(target.otherOrganizationId, { scope: allScopes });
    expectProblem(await change(stranger.key, keyId, { description: 'theirs' }), 404, 'not_found');
    expect((await call(admin, 'GET', `/keys/${keyId}`)).json.description).toBe('mine');
    expectProblem(await change(admin, 'apit_1', { description: 'x' }), 404, 'not_found');
  });

  test('can take away the last claim of a key that was made beside this API', async () => {
    const { key, keyId } = await keyFromScalekit(target.organizationId, { scope: 'keys:read' });
    const changed = await change(admin, keyId, { scope: '' });
    expect(changed.status, changed.text).toBe(200);
    expect(changed.json.scope).toBeUndefined();
    expectProblem(await call(key, 'GET', '/keys'), 403, 'insufficient_scope');
  });
});

test('a key that has expired is refused', async () => {
  const { key } = await keyFromScalekit(target.organizationId, { expiresInMs: 5000 });
  expect((await call(key, 'GET', '/whoami')).json.expiresAt).toMatch(/Z$/);
  await expect.poll(async () => (await call(key, 'GET', '/whoami')).status, { timeout: 20_000 }).toBe(401);
  await expectRefused(key);
});

describe('the tenant next door', () => {
  test('can neither see, use nor revoke a key of another organization', async () => {
    const stranger = await keyFromScalekit(target.otherOrganizationId, { scope: allScopes });
    const { key, keyId } = await createKey(admin, {});
    expect((await allKeys(stranger.key)).map((listed) => listed.keyId)).not.toContain(keyId);
    expect((await call(stranger.key, 'DELETE', `/keys/${keyId}`)).status).toBe(204);
    expect((await call(key, 'GET', '/whoami')).json.organizationId).toBe(target.organizationId);
    expect((await call(stranger.key, 'GET', '/whoami')).json.organizationId).toBe(target.otherOrganizationId);
    expectProblem(await call(stranger.key, 'POST', '/keys', { userId: target.userId }), 400, 'invalid_request');
  });

  test('cannot continue with a cursor of another organization', async () => {
    for (const _ of [1, 2]) await createKey(admin, {});
    const { nextPageToken } = (await call(admin, 'GET', '/keys?pageSize=1')).json;
    const stranger = await keyFromScalekit(target.otherOrganizationId, { scope: allScopes });
    expectProblem(await call(stranger.key, 'GET', `/keys?pageToken=${nextPageToken}`), 400, 'invalid_request');
  });
});

describe('a user key', () => {
  test('sees, makes and revokes only keys of its user', async () => {
    const own = await keyFromScalekit(target.organizationId, { userId: target.userId, scope: 'keys:read keys:write' });
    const made = await createKey(own.key, {});
    expect((await call(made.key, 'GET', '/whoami')).json.userId).toBe(target.userId);
    const listed = await allKeys(own.key);
    expect(listed.map(({ keyId }) => keyId)).toContain(made.keyId);
    expect(new Set(listed.map(({ userId }) => userId))).toEqual(new Set([target.userId]));
    const organizationKey = await createKey(admin, {});
    expect((await call(own.key, 'DELETE', `/keys/${organizationKey.keyId}`)).status).toBe(204);
    expect((await call(organizationKey.key, 'GET', '/whoami')).status).toBe(200);
    expectProblem(await call(own.key, 'POST', '/keys', { userId: 'usr_999' }), 403, 'beyond_authority');
    expect((await call(own.key, 'GET', '/keys?userId=usr_999')).json).toEqual({ keys: [] });
  });
});

describe('a key bound by a claim', () => {
  test('sees and revokes only keys with the claim, and passes the claim on to new keys', async () => {
    const bound = await createKey(admin, { scope: 'keys:read keys:write', customClaims: { env: 'bound' } });
    const outside = await createKey(admin, { customClaims: { env: 'outside' } });
    const inside = await createKey(bound.key, { customClaims: { team: 'a' } });
    expect((await call(inside.key, 'GET', '/whoami')).json.customClaims).toEqual({
      env: 'bound',
      team: 'a',
      issued_by: bound.keyId,
    });
    const ids = (await allKeys(bound.key)).map(({ keyId }) => keyId);
    expect(ids).toEqual(expect.arrayContaining([bound.keyId, inside.keyId]));
    expect(ids).not.toContain(outside.keyId);
    expect((await call(bound.key, 'GET', '/keys')).json).not.toHaveProperty('totalCount');
    await call(bound.key, 'DELETE', `/keys/${outside.keyId}`);
    expect((await call(outside.key, 'GET', '/whoami')).status).toBe(200);
    expectProblem(await call(bound.key, 'POST', '/keys', { customClaims: { env: 'other' } }), 403, 'beyond_authority');
  });
});

test('a boundary claim may have any name, including the name of an inherited object member', async () => {
  const bound = await createKey(admin, { scope: 'keys:write', customClaims: { constructor: 'x', toString: 'y' } });
  const made = await createKey(bound.key, {});
  expect((await call(made.key, 'GET', '/whoami')).json.customClaims).toMatchObject({ constructor: 'x', toString: 'y' });
});

test('the Location of a new key is the same for every spelling of the path', async () => {
  const created = await call(admin, 'POST', '/keys/', {});
  expect(created.headers['location']).toMatch(/[^/]\/keys\/apit_\d+$/);
});

describe('a key bound to source addresses', () => {
  test('is accepted from these addresses, and refused from others without being reported as bad', async () => {
    const here = await createKey(admin, { customClaims: { allowed_ips: '192.0.2.0/24 0.0.0.0/0 ::/0' } });
    const elsewhere = await createKey(admin, { customClaims: { allowed_ips: '192.0.2.0/24 2001:db8::/32' } });
    expect((await call(here.key, 'GET', '/whoami')).status).toBe(200);
    for (const _ of [1, 2]) {
      const answer = await call(elsewhere.key, 'GET', '/whoami');
      expectProblem(answer, 401, 'address_not_allowed');
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="api"'); // no error code, because the key is good
    }
  });
});

describe('scopes', () => {
  test.each([
    ['GET', '/keys', 'keys:write keys:users', undefined],
    ['POST', '/keys', 'keys:read keys:users', {}],
    ['DELETE', '/keys/apit_1', 'keys:read keys:users', undefined],
  ])('%s %s refuses a key with %s', async (method, path, scope, body) => {
    const { key } = await createKey(admin, { scope });
    const answer = await call(key, method, path, body);
    expectProblem(answer, 403, 'insufficient_scope');
    expect(answer.headers['content-type']).toBe('application/problem+json');
  });

  test('a key without keys:users makes no user key', async () => {
    const { key } = await createKey(admin, { scope: 'keys:write' });
    expectProblem(await call(key, 'POST', '/keys', { userId: target.userId }), 403, 'insufficient_scope');
  });

  test('no key makes a key with a scope or expiry beyond its own', async () => {
    const { key } = await createKey(admin, { scope: 'keys:write', expiresIn: 600 });
    expectProblem(await call(key, 'POST', '/keys', { scope: 'keys:read' }), 403, 'beyond_authority');
    expectProblem(await call(key, 'POST', '/keys', { expiresIn: 700 }), 403, 'beyond_authority');
    const heir = await call(key, 'POST', '/keys', {});
    expect(Date.parse(heir.json.expiresAt)).toBeLessThan(Date.now() + 601_000);
  });
});

test('pages through a list without losing or repeating a key', async () => {
  const organization = (await scalekit.organization.createOrganization('Pages')).organization;
  if (!organization) throw new Error('no organization');
  const { key } = await keyFromScalekit(organization.id, { scope: 'keys:read keys:write' });
  for (let index = 0; index < 34; index++) await scalekit.token.createToken(organization.id);
  const pages = await pagesOf(key, 'pageSize=30');
  expect(pages.map((page) => page.keys.length)).toEqual([30, 5]);
  expect(pages[0]?.totalCount).toBe(35);
  expect(new Set(pages.flatMap((page) => page.keys.map(({ keyId }) => keyId))).size).toBe(35);
  expect((await call(key, 'GET', '/keys')).json.keys).toHaveLength(10);
  await scalekit.organization.deleteOrganization(organization.id);
});

interface Page {
  readonly keys: { keyId: string; userId?: string }[];
  readonly nextPageToken?: string;
  readonly totalCount?: number;
}

async function pagesOf(key: string, query: string): Promise<Page[]> {
  const pages: Page[] = [];
  let pageToken: string | undefined;
  do {
    const answer = await call(
      key,
      'GET',
      `/keys?${query}${pageToken ? `&pageToken=${encodeURIComponent(pageToken)}` : ''}`,
    );
    expect(answer.status, answer.text).toBe(200);
    pages.push(answer.json);
    pageToken = answer.json.nextPageToken;
  } while (pageToken);
  return pages;
}

async function allKeys(key: string) {
  return (await pagesOf(key, 'pageSize=30')).flatMap((page) => page.keys);
}
