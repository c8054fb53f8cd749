import { expect, test } from 'vitest';
import { call, createKey, expectInvalid, expectProblem, isGood, keyFromScalekit, target } from './client.ts';

const admin = target.adminKey;
const allScopes = 'keys:read keys:write keys:users';
const revoke = (key: string, body: unknown) => call(key, 'POST', '/keys/revoke', body);
const areGood = (...keys: { key: string }[]) => Promise.all(keys.map(({ key }) => isGood(key)));
let batch = 0;
/** A claim that no other test has. */
const mark = () => ({ batch: `${Date.now()}-${batch++}` });

test('a dry run counts exactly the keys that match, and a revocation ends them', async () => {
  const customClaims = mark();
  const fitting = [
    await createKey(admin, { customClaims }),
    await createKey(admin, { customClaims: { ...customClaims, x: 'y' } }),
  ];
  const other = await createKey(admin, { customClaims: mark() });
  const dry = await revoke(admin, { customClaims, dryRun: true });
  expect(dry.json).toEqual({ matched: 2, revoked: 0, failed: [], remaining: 2 });
  expect(await areGood(...fitting)).toEqual([true, true]);
  expect((await revoke(admin, { customClaims })).json).toEqual({ matched: 2, revoked: 2, failed: [], remaining: 0 });
  expect(await areGood(...fitting, other)).toEqual([false, false, true]);
  expect((await revoke(admin, { customClaims })).json).toMatchObject({ matched: 0 });
});

test('createdAfter ends every key made since a time, also keys that issuedBy cannot find', async () => {
  const customClaims = mark();
  const older = await createKey(admin, { customClaims });
  const stolen = await createKey(admin, { customClaims, scope: 'keys:write' });
  const link = await createKey(stolen.key, { scope: 'keys:write' });
  const hidden = await createKey(link.key, {});
  await call(stolen.key, 'DELETE', `/keys/${link.keyId}`);
  await call(admin, 'DELETE', `/keys/${stolen.keyId}`);
  expect((await revoke(admin, { issuedBy: stolen.keyId })).json).toMatchObject({ matched: 0 });
  const createdAfter = (await call(admin, 'GET', `/keys/${older.keyId}`)).json.createdAt;
  expect((await revoke(admin, { customClaims, createdAfter })).json).toMatchObject({ matched: 1, revoked: 1 });
  expect(await areGood(older, hidden)).toEqual([true, false]);
});

test('a key must match all filters: user, claims and time', async () => {
  const customClaims = mark();
  const old = await createKey(admin, { customClaims, userId: target.userId });
  await new Promise((resolve) => setTimeout(resolve, 20));
  const createdBefore = new Date().toISOString();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const young = await createKey(admin, { customClaims, userId: target.userId });
  const ofNobody = await createKey(admin, { customClaims });
  expect((await revoke(admin, { customClaims, userId: target.userId, createdBefore })).json).toMatchObject({
    revoked: 1,
  });
  expect(await areGood(old, young, ofNobody)).toEqual([false, true, true]);
});

test('issuedBy reaches the keys that a key made, the keys that those made, and their successors', async () => {
  const stolen = await createKey(admin, { scope: allScopes });
  const child = await createKey(stolen.key, { scope: allScopes });
  const grandchild = await createKey(child.key, { scope: allScopes });
  const rotated = (await call(grandchild.key, 'POST', `/keys/${grandchild.keyId}/rotate`, { overlapSeconds: 60 })).json;
  const other = await createKey(admin, {});
  expect((await revoke(admin, { issuedBy: stolen.keyId })).json).toMatchObject({
    matched: 3,
    revoked: 3,
    remaining: 0,
  });
  expect(await areGood(stolen, child, grandchild, rotated, other)).toEqual([true, false, false, false, true]);
});

test('the caller’s own key is revoked only on request, and last', async () => {
  const customClaims = mark();
  const self = await createKey(admin, { scope: allScopes, customClaims });
  const made = await createKey(self.key, {});
  expect((await revoke(self.key, { all: true, dryRun: true })).json).toMatchObject({ matched: 1 });
  expect((await revoke(self.key, { all: true, includeSelf: true, dryRun: true })).json).toMatchObject({ matched: 2 });
  expect((await revoke(self.key, { all: true })).json).toMatchObject({ matched: 1, revoked: 1 });
  expect(await areGood(self, made)).toEqual([true, false]);
  expect((await revoke(self.key, { all: true, includeSelf: true })).json).toMatchObject({ matched: 1, revoked: 1 });
  expect(await isGood(self.key)).toBe(false);
});

test('no caller revokes a key that it cannot see', async () => {
  const bound = await createKey(admin, { scope: allScopes, customClaims: mark() });
  const unseen = await createKey(admin, {});
  const ofUser = await createKey(admin, { userId: target.userId, scope: 'keys:write' });
  const stranger = await keyFromScalekit(target.otherOrganizationId, { scope: allScopes });
  const neighbour = await keyFromScalekit(target.otherOrganizationId, {});
  expect((await revoke(bound.key, { all: true })).json).toMatchObject({ matched: 0 });
  expect((await revoke(bound.key, { issuedBy: unseen.keyId })).json).toMatchObject({ matched: 0 });
  expect((await revoke(ofUser.key, { userId: 'usr_1' })).json).toMatchObject({ matched: 0 });
  expect((await revoke(stranger.key, { all: true })).json).toMatchObject({ remaining: 0, failed: [] });
  expect(await areGood(bound, unseen, ofUser, stranger, neighbour)).toEqual([true, true, true, true, false]);
  const reader = await createKey(admin, { scope: 'keys:read' });
  expectProblem(await revoke(reader.key, { all: true }), 403, 'insufficient_scope');
});

test.each([
  [{}, ''],
  [{ dryRun: true, includeSelf: true }, ''],
  [{ all: false }, ''],
  [{ all: true, userId: 'usr_1' }, 'all'],
  [{ customClaims: {} }, 'customClaims'],
  [{ customClaims: { a: 1 } }, 'customClaims.a'],
  [{ userId: 'x' }, 'userId'],
  [{ issuedBy: 'x' }, 'issuedBy'],
  [{ createdBefore: 'yesterday' }, 'createdBefore'],
  [{ all: 'yes' }, 'all'],
  [{ everything: true }, 'everything'],
])('%o is refused with the name of its field', async (body, path) => {
  expectInvalid(await revoke(admin, body), path);
});
