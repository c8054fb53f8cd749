import { beforeEach, describe, expect, test } from 'vitest';
import type { Item } from '../../../shared/aws/dynamodb.ts';
import { ok } from '../../../shared/result.ts';
import { caller, down, id, isHit, isMiss, plainKey, SteadyWorld } from './steady-world.ts';

const without = (left: string) => (item: Item) =>
  Object.fromEntries(Object.entries(item).filter(([name]) => name !== left));

let w: SteadyWorld;
beforeEach(() => {
  w = new SteadyWorld();
});

describe('a decision', () => {
  test('is used by another environment for the time of the setting', async () => {
    expect(await w.newCache().read(plainKey)).toEqual(isMiss('absent'));
    expect(await w.newCache().remember(plainKey, caller, w.now)).toBe('remembered');
    const other = w.newCache();
    expect(await other.read(plainKey)).toMatchObject(isHit);
    w.now += 299_999;
    expect(await other.read(plainKey)).toMatchObject({ ...isHit, ageMs: 299_999 });
    w.now += 1;
    expect(await other.read(plainKey)).toEqual(isMiss('old'));
  });

  test('needs one lookup of the key, then one read per use with everything that could end it', async () => {
    await w.newCache().remember(plainKey, caller, w.now);
    w.calls = [];
    const cache = w.newCache();
    await cache.read(plainKey);
    w.now += 51;
    await cache.read(plainKey);
    const read = 'read decision#apit_1 ended#org_1 ended#org_1#usr_1';
    expect(w.calls).toEqual([expect.stringMatching(/^get hash#[0-9a-f]{64}$/), read, read]);
  });

  test('of a key without a user is read without ends of users', async () => {
    const organizations = { keyId: 'apit_1', organizationId: 'org_1', customClaims: {}, roles: [] };
    await w.newCache().remember(plainKey, organizations, w.now);
    expect(await w.newCache().read(plainKey)).toMatchObject({ isHit: true, caller: organizations });
    expect(w.calls.at(-1)).toBe('read decision#apit_1 ended#org_1');
  });

  test('is used again without a read for 50 ms after its read began', async () => {
    await w.newCache().remember(plainKey, caller, w.now);
    const cache = w.newCache();
    w.tookMs = 30;
    await cache.read(plainKey);
    w.calls = [];
    w.now += 20;
    expect(await cache.read(plainKey)).toMatchObject(isHit);
    expect(w.calls).toEqual([]);
    w.now += 1;
    expect(await cache.read(plainKey)).toMatchObject(isHit);
    expect(w.calls).toHaveLength(1);
  });

  test('older than the setting is available in an outage, up to a limit of its own', async () => {
    const settings = { cacheSeconds: 60, graceSeconds: 3_600 };
    await w.newCache(settings).remember(plainKey, caller, w.now);
    w.now += 3_599_999;
    expect(await w.newCache(settings).read(plainKey)).toMatchObject({ ...isMiss('old'), inOutage: { caller } });
    w.now += 1;
    expect(await w.newCache(settings).read(plainKey)).toEqual(isMiss('old'));
  });

  test('from more than 5 s in the future is not used', async () => {
    await w.newCache().remember(plainKey, caller, w.now + 5_000);
    expect(await w.newCache().read(plainKey)).toMatchObject(isHit);
    await w.newCache().remember(plainKey, caller, w.now + 5_001);
    expect(await w.newCache().read(plainKey)).toEqual(isMiss('future'));
  });

  test('replaces neither a newer decision nor a mark', async () => {
    const beganAt = w.now;
    await w.newCache().remember(plainKey, { ...caller, roles: ['new'] }, beganAt + 1);
    expect(await w.newCache().remember(plainKey, caller, beganAt)).toBe('superseded');
    await w.newMarks().mark('apit_1');
    expect(await w.newCache().remember(plainKey, caller, beganAt + 60_000)).toBe('superseded');
    expect(await w.newCache().remember(plainKey, caller, beganAt + 60_001)).toBe('remembered');
  });

  test.each([
    ['with a caller of more than 16 KB', { ...caller, customClaims: { a: 'ä'.repeat(8_200) } }],
    ['of a key with an invalid id', { ...caller, keyId: 'a#b' }],
    ['of an organization with an invalid id', { ...caller, organizationId: 'a#b' }],
  ])('%s is not kept', async (_what, unfit) => {
    expect(await w.newCache().remember(plainKey, unfit, w.now)).toBe('unfit');
    expect(w.calls.filter((call) => call.startsWith('put') && !call.includes('used#'))).toEqual([]);
  });

  test('is not kept if the key’s own item cannot be kept, because a refusal would not find it', async () => {
    w.failures = [down];
    expect(await w.newCache().remember(plainKey, caller, w.now)).toBe('failed');
    expect(w.items.has(id)).toBe(false);
  });

  test.each<[string, (item: Item) => Item]>([
    ['another version', (item) => ({ ...item, version: { N: '2' } })],
    ['no version', without('version')],
    ['an extra attribute', (item) => ({ ...item, more: { S: '' } })],
    ['a time that is a string', (item) => ({ ...item, notBefore: { S: '1' } })],
    ['an invalid time', (item) => ({ ...item, notBefore: { N: '-1' } })],
    ['no time', without('notBefore')],
    ['no expiry', without('expiresAt')],
    ['a caller that is not JSON', (item) => ({ ...item, caller: { S: '{' } })],
    ...[
      null,
      [],
      { ...caller, keyId: '' },
      { ...caller, keyId: 'apit_2' },
      { ...caller, organizationId: 'org_2' },
      { ...caller, userId: 'usr_2' },
      { ...caller, userId: undefined },
      { ...caller, userId: null },
      { ...caller, customClaims: { a: 1 } },
      { ...caller, customClaims: [] },
      { ...caller, roles: [1] },
      { ...caller, roles: {} },
      { ...caller, expiresAt: 'never' },
      { ...caller, isAdmin: 'yes' },
      { ...caller, customClaims: { a: 'x'.repeat(17_000) } },
    ].map((value): [string, (item: Item) => Item] => [
      `the caller ${JSON.stringify(value)?.slice(0, 120)}`,
      (item) => ({ ...item, caller: { S: JSON.stringify(value) } }),
    ]),
  ])('with %s is not used', async (_what, change) => {
    await w.newCache().remember(plainKey, caller, w.now);
    w.items.set(id, change(w.items.get(id) as Item));
    expect(await w.newCache().read(plainKey)).toEqual(isMiss('malformed'));
  });

  test('is not used if an end of its organization cannot be read', async () => {
    await w.newCache().remember(plainKey, caller, w.now);
    w.items.set('ended#org_1', { id: { S: 'ended#org_1' }, version: { N: '2' } });
    expect(await w.newCache().read(plainKey)).toEqual(isMiss('malformed'));
  });

  test('is kept longer than any setting allows its use, and the key’s own item longer still', async () => {
    const cache = w.newCache({ cacheSeconds: 3_600, graceSeconds: 43_200 });
    for (let day = 0; day < 20; day++) {
      await cache.remember(plainKey, caller, w.now);
      const [decision, hash] = [id, [...w.items.keys()].find((name) => name.startsWith('hash#')) ?? ''].map((name) => {
        const expiry = w.items.get(name)?.['expiresAt'];
        return expiry && 'N' in expiry ? Number(expiry.N) : 0;
      });
      expect(decision).toBeGreaterThan(w.now / 1000 + 43_200 + 60);
      expect(hash).toBeGreaterThan(decision ?? Number.POSITIVE_INFINITY);
      w.now += 86_400_000;
    }
    expect(w.calls.filter((call) => call.startsWith('put hash#')).length).toBeLessThan(6);
  });
});

describe('a plain key', () => {
  test('is in no item', async () => {
    const secret = 'kEyThatNobodyMaySee';
    const cache = w.newCache();
    await cache.read(secret);
    await cache.remember(secret, caller, w.now);
    await cache.refused(secret);
    await w.newMarks().keyIdOf(secret);
    expect(JSON.stringify([...w.items])).not.toContain(secret);
    expect(w.calls.join()).not.toContain(secret);
  });

  test('leads to its key id without asking Scalekit', async () => {
    expect(await w.newMarks().keyIdOf(plainKey)).toEqual(ok(undefined));
    await w.newCache().remember(plainKey, caller, w.now);
    expect(await w.newMarks().keyIdOf(plainKey)).toEqual(ok('apit_1'));
    w.failures = [down];
    expect(await w.newMarks().keyIdOf(plainKey)).toMatchObject({ failure: { kind: 'cache_not_flushed' } });
  });
});
