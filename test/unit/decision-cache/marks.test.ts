import { beforeEach, describe, expect, test } from 'vitest';
import { markMs } from '../../../shared/decision-cache/time-limits.ts';
import { fail, ok } from '../../../shared/result.ts';
import { caller, down, id, isHit, isMiss, plainKey, SteadyWorld, throttled } from './steady-world.ts';

let w: SteadyWorld;
beforeEach(() => {
  w = new SteadyWorld();
});

describe('a mark', () => {
  test('ends all decisions of a key that began before the mark ends', async () => {
    await w.newCache().remember(plainKey, caller, w.now);
    const mark = await w.newMarks().mark('apit_1');
    expect(mark.written).toEqual(ok({ notBefore: w.now + 60_000, at: w.now }));
    expect(await w.newCache().read(plainKey)).toEqual(isMiss('mark'));
  });

  test.each([
    ['a user', 'usr_1'],
    ['an organization', undefined],
  ])('of %s ends the decisions of its keys and of no other keys', async (_whose, userId) => {
    const others = { ...caller, keyId: 'apit_2', organizationId: 'org_2' };
    await w.newCache().remember(plainKey, caller, w.now);
    await w.newCache().remember('others', others, w.now);
    await w.newMarks().markEnded('org_1', userId);
    expect(await w.newCache().read(plainKey)).toEqual(isMiss('ended'));
    expect(await w.newCache().read('others')).toMatchObject({ isHit: true, caller: others });
    w.now += 60_001;
    await w.newCache().remember(plainKey, caller, w.now);
    expect(await w.newCache().read(plainKey)).toMatchObject(isHit);
  });

  test('is not replaced by a mark that ends sooner, which still counts as written', async () => {
    await w.newMarks().mark('apit_1');
    const later = w.items.get(id);
    w.now -= 1_000;
    expect((await w.newMarks().mark('apit_1')).written).toMatchObject({ ok: true });
    expect(w.items.get(id)).toBe(later);
  });

  test('replaces a decision from the future', async () => {
    await w.newCache().remember(plainKey, caller, w.now + 100_000);
    await w.newMarks().mark('apit_1');
    expect(await w.newCache().read(plainKey)).toEqual(isMiss('mark'));
  });

  test.each([undefined, 'a#b', '', 'x'.repeat(65)])(
    'of the invalid id %s is written, but marks no key',
    async (keyId) => {
      expect((await w.newMarks().mark(keyId)).written.ok).toBe(true);
      expect([...w.items.keys()]).toEqual(['decision#-']);
    },
  );

  test('that fails is retried within its time limit', async () => {
    w.failures = [throttled, down];
    expect((await w.newMarks().mark('apit_1')).written.ok).toBe(true);
    const startedAt = w.now;
    w.failures = Array.from({ length: 100 }, () => down);
    expect((await w.newMarks().mark('apit_1')).written).toMatchObject({ failure: { kind: 'cache_not_flushed' } });
    expect(w.now - startedAt).toBeLessThanOrEqual(markMs);
  });
});

describe('a change is answered', () => {
  test('60 ms after its mark was written, and not earlier', async () => {
    const marks = w.newMarks();
    const mark = await marks.mark('apit_1');
    const writtenAt = w.now;
    expect(await marks.settle(mark, w.now + 5_000)).toEqual(ok(undefined));
    expect(w.now - writtenAt).toBe(60);
    w.now += 10;
    expect(await marks.settle(mark, w.now + 5_000)).toEqual(ok(undefined));
    expect(w.now - writtenAt).toBe(70);
    expect(w.calls).toHaveLength(1);
  });

  test.each([
    [50_000, 1],
    [50_001, 2],
  ])('if Scalekit took %i ms, after %i marks', async (ms, marked) => {
    const marks = w.newMarks();
    const mark = await marks.mark('apit_1');
    w.now += ms;
    expect(await marks.settle(mark, w.now + 5_000)).toEqual(ok(undefined));
    expect(w.calls).toHaveLength(marked);
  });

  test('once a failed mark is written in time', async () => {
    const marks = w.newMarks();
    w.failures = Array.from({ length: 10 }, () => down);
    const mark = await marks.mark('apit_1');
    expect(mark.written.ok).toBe(false);
    w.failures = [down];
    expect(await marks.settle(mark, w.now + 5_000)).toEqual(ok(undefined));
    expect(w.items.has(id)).toBe(true);
  });

  test('with cache_not_flushed, in time, if no mark can be written', async () => {
    const marks = w.newMarks();
    w.failures = Array.from({ length: 100 }, () => down);
    const mark = await marks.mark('apit_1');
    const until = w.now + 3_000;
    expect(await marks.settle(mark, until)).toEqual(fail({ kind: 'cache_not_flushed', cause: expect.any(Error) }));
    expect(w.now).toBeLessThanOrEqual(until);
  });
});

describe('a refusal', () => {
  test('marks a key with a known id, once in 5 s', async () => {
    await w.newCache().remember(plainKey, caller, w.now);
    const cache = w.newCache();
    expect(await cache.refused(plainKey)).toBe('marked');
    expect(await w.newCache({ cacheSeconds: 60, graceSeconds: 3_600 }).read(plainKey)).toEqual(isMiss('mark'));
    w.calls = [];
    w.now += 4_999;
    expect(await cache.refused(plainKey)).toBe('lately');
    expect(w.calls).toEqual([]);
    w.now += 1;
    expect(await cache.refused(plainKey)).toBe('marked');
  });

  test('of an unknown key writes nothing', async () => {
    expect(await w.newCache().refused(plainKey)).toBe('unknown');
    expect(w.items.size).toBe(0);
  });
});
