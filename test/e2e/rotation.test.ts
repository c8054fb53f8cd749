import { expect, test } from 'vitest';
import {
  call,
  createKey,
  expectInvalid,
  expectProblem,
  expectRefused,
  isGood,
  keyFromScalekit,
  target,
} from './client.ts';

const admin = target.adminKey;
const allScopes = 'keys:read keys:write keys:users';
const rotate = (key: string, keyId: string, body: unknown = {}) => call(key, 'POST', `/keys/${keyId}/rotate`, body);

test('a successor equals the old key under another id, and the old key is refused from then on', async () => {
  const old = await createKey(admin, {
    description: 'CI',
    scope: 'keys:read',
    customClaims: { env: 'live' },
    expiresIn: 3600,
  });
  const before = (await call(admin, 'GET', `/keys/${old.keyId}`)).json;
  const rotated = await rotate(admin, old.keyId);
  expect(rotated.status, rotated.text).toBe(201);
  const { key, keyId, previous, ...rest } = rotated.json;
  expect(rotated.headers['location']).toBe(`${new URL(target.apiUrl).pathname}/keys/${keyId}`);
  expect(previous).toEqual({ keyId: old.keyId });
  const { description, expiresAt, customClaims } = before;
  expect(rest).toMatchObject({ description, expiresAt, scope: 'keys:read' });
  expect(rest.customClaims).toEqual({ ...customClaims, rotated_from: old.keyId });
  await expectRefused(old.key);
  expect(await isGood(key)).toBe(true);
});

test('during an overlap both keys are good; after it, or after a revocation during it, only the new key is', async () => {
  const old = await createKey(admin, {});
  const { key, previous } = (await rotate(admin, old.keyId, { overlapSeconds: 5 })).json;
  expect(Date.parse(previous.activeUntil) - Date.now()).toBeLessThanOrEqual(6000);
  expect([await isGood(old.key), await isGood(key)]).toEqual([true, true]);
  if (target.controlUrl !== null) {
    // On AWS a schedule may be up to a minute late.
    await expect.poll(() => isGood(old.key), { timeout: 20_000 }).toBe(false);
    expect(await isGood(key)).toBe(true);
  }
  const other = await createKey(admin, {});
  const next = (await rotate(admin, other.keyId, { overlapSeconds: 3600 })).json;
  expect((await call(admin, 'DELETE', `/keys/${other.keyId}`)).status).toBe(204);
  expect([await isGood(other.key), await isGood(next.key)]).toEqual([false, true]);
});

test('an overlap never outlives the old key, and needs no schedule if the old key expires first', async () => {
  const old = await createKey(admin, { expiresIn: 600 });
  const { expiresAt } = (await call(admin, 'GET', `/keys/${old.keyId}`)).json;
  const { previous } = (await rotate(admin, old.keyId, { overlapSeconds: 3600, expiresIn: 7200 })).json;
  expect(previous).toEqual({ keyId: old.keyId, activeUntil: expiresAt });
});

test('a key with a successor is rotated again only to replace the successor', async () => {
  const old = await createKey(admin, {});
  const first = (await rotate(admin, old.keyId, { overlapSeconds: 3600 })).json;
  const again = await rotate(admin, old.keyId);
  expectProblem(again, 409, 'already_rotated');
  expect(again.json.successorId).toBe(first.keyId);
  expect([await isGood(old.key), await isGood(first.key)]).toEqual([true, true]);
  const second = (await rotate(admin, old.keyId, { replace: true })).json;
  expect([await isGood(old.key), await isGood(first.key), await isGood(second.key)]).toEqual([false, false, true]);
  // Also after the key has ended: the answer may have been lost.
  expect((await rotate(admin, old.keyId)).json).toMatchObject({ code: 'already_rotated', successorId: second.keyId });
  const third = (await rotate(admin, old.keyId, { replace: true })).json;
  expect([await isGood(second.key), await isGood(third.key)]).toEqual([false, true]);
  expect((await rotate(admin, third.keyId)).json.customClaims.rotated_from).toBe(third.keyId);
});

test('no key postpones the end of an overlap: not the old key, its descendants, or another key', async () => {
  const old = await createKey(admin, { scope: 'keys:write' });
  const first = (await rotate(admin, old.keyId, { overlapSeconds: 600 })).json;
  const ofItself = await rotate(old.key, old.keyId, { overlapSeconds: 3600, replace: true });
  expect(ofItself.status, ofItself.text).toBe(201);
  expect(ofItself.json.previous).toEqual(first.previous);
  const sooner = (await rotate(old.key, old.keyId, { overlapSeconds: 60, replace: true })).json;
  expect(Date.parse(sooner.previous.activeUntil)).toBeLessThan(Date.parse(first.previous.activeUntil));
  const child = await createKey(old.key, { scope: 'keys:write' });
  const month = { overlapSeconds: 2_592_000, replace: true };
  const ofChild = await rotate(child.key, old.keyId, month);
  const ofSuccessor = await rotate(ofChild.json.key, old.keyId, month);
  const ofAnother = await rotate(admin, old.keyId, month);
  for (const later of [ofChild, ofSuccessor, ofAnother]) {
    expect(later.status, later.text).toBe(201);
    expect(later.json.previous).toEqual(sooner.previous);
  }
});

test('of simultaneous rotations one succeeds, and the others report its successor', async () => {
  const old = await createKey(admin, {});
  const answers = await Promise.all([1, 2, 3, 4].map(() => rotate(admin, old.keyId, { overlapSeconds: 3600 })));
  const won = answers.filter(({ status }) => status === 201);
  expect(won).toHaveLength(1);
  for (const lost of answers.filter(({ status }) => status !== 201))
    expect(lost.json).toMatchObject({ code: 'already_rotated', successorId: won[0]?.json.keyId });
});

test('a key can rotate itself within its own authority', async () => {
  const self = await createKey(admin, { scope: 'keys:write', expiresIn: 3600, customClaims: { env: 'live' } });
  expectProblem(await rotate(self.key, self.keyId, { expiresIn: 7200 }), 403, 'beyond_authority');
  const next = (await rotate(self.key, self.keyId)).json;
  expect(next.customClaims).toMatchObject({ env: 'live', scope: 'keys:write', issued_by: self.keyId });
  await expectRefused(self.key);
  expect(await isGood(next.key)).toBe(true);
});

test('a rotation needs authority over the key', async () => {
  const big = await createKey(admin, { scope: allScopes });
  const writer = await createKey(admin, { scope: 'keys:write' });
  const ofUser = await createKey(admin, { userId: target.userId });
  const reader = await createKey(admin, { scope: 'keys:read' });
  const stranger = await keyFromScalekit(target.otherOrganizationId, { scope: allScopes });
  const bound = await createKey(admin, { scope: 'keys:write', customClaims: { env: 'other' } });
  expectProblem(await rotate(reader.key, reader.keyId), 403, 'insufficient_scope');
  expectProblem(await rotate(writer.key, big.keyId), 403, 'beyond_authority');
  expectProblem(await rotate(writer.key, ofUser.keyId), 403, 'insufficient_scope');
  expectProblem(await rotate(stranger.key, big.keyId, { replace: true }), 404, 'not_found');
  expectProblem(await rotate(bound.key, big.keyId, { replace: true }), 404, 'not_found');
  expectProblem(await rotate(admin, 'apit_1'), 404, 'not_found');
  for (const { key } of [big, writer, ofUser]) expect(await isGood(key)).toBe(true);
});

test.each([
  [{ overlapSeconds: '1' }, 'overlapSeconds'],
  [{ overlapSeconds: 2_592_001 }, 'overlapSeconds'],
  [{ replace: 1 }, 'replace'],
  [{ expiresIn: 0 }, 'expiresIn'],
  [{ description: 'x' }, 'description'],
  [[], ''],
  ['nothing', ''],
])('a body %o is refused with the name of its field', async (body, path) => {
  expectInvalid(await rotate(admin, 'apit_1', body), path);
});
