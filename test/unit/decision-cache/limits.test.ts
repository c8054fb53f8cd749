import { beforeEach, describe, expect, test } from 'vitest';
import type { Table } from '../../../shared/decision-cache/table.ts';
import {
  clockErrorMs,
  markAgeMs,
  markAheadMs,
  markMs,
  readMs,
  rememberMs,
  rereadMs,
  settledBeforeMs,
} from '../../../shared/decision-cache/time-limits.ts';
import { caller, down, isHit, isMiss, plainKey, SteadyWorld, throttled } from './steady-world.ts';

let w: SteadyWorld;
beforeEach(() => {
  w = new SteadyWorld();
});

describe('with the cache off', () => {
  test('nothing is read, kept, or marked after a refusal, but the use of a key is recorded', async () => {
    const off = w.newCache({ cacheSeconds: 0 });
    expect(await off.read(plainKey)).toEqual(isMiss('off'));
    expect(await off.refused(plainKey)).toBe('off');
    expect(w.calls).toEqual([]);
    expect(await off.remember(plainKey, caller, w.now)).toBe('off');
    expect(w.calls).toEqual([
      'get used#apit_1',
      'put used#apit_1',
      'get used#latest',
      'put used#recording',
      'put used#latest',
    ]);
  });

  test.each([
    { cacheSeconds: 3_601 },
    { graceSeconds: 43_201 },
    { cacheSeconds: -1 },
    { cacheSeconds: Number.NaN },
    { graceSeconds: 0.5 },
  ])('%j is refused', (settings) => {
    expect(() => w.newCache(settings)).toThrow(/must be a whole number from 0 to/);
  });
});

describe('the use of a key', () => {
  test('is written once per hour, by one environment for all', async () => {
    w.now = Date.UTC(2030, 0, 1, 12);
    const [one, other] = [w.newCache({ cacheSeconds: 0 }), w.newCache({ cacheSeconds: 0 })];
    for (let minute = 0; minute < 120; minute++) {
      await one.remember(plainKey, caller, w.now);
      await other.remember(plainKey, caller, w.now);
      w.now += 60_000;
    }
    for (const name of ['apit_1', 'latest']) {
      expect(w.calls.filter((call) => call === `put used#${name}`)).toHaveLength(2);
      expect(w.calls.filter((call) => call === `get used#${name}`)).toHaveLength(4);
    }
    expect(w.calls.filter((call) => call === 'put used#recording')).toHaveLength(1);
    expect(w.items.get('used#apit_1')).toMatchObject({ notBefore: { N: String(Date.UTC(2030, 0, 1, 13)) } });
  });
});

describe('when the table fails', () => {
  test.each([
    ['throttled', throttled],
    ['failed', down],
  ])('a read that is %s is a miss', async (reason, failure) => {
    await w.newCache().remember(plainKey, caller, w.now);
    w.failures = [failure];
    expect(await w.newCache().read(plainKey)).toEqual(isMiss(reason));
  });

  test('it is not called for 5 s after three failures in a row', async () => {
    await w.newCache().remember(plainKey, caller, w.now);
    const cache = w.newCache();
    for (const failure of [down, down, undefined, down, throttled, down, down]) {
      if (failure) w.failures = [failure];
      w.now += 51;
      await cache.read(plainKey);
    }
    w.calls = [];
    w.now += 4_999;
    expect(await cache.read(plainKey)).toEqual(isMiss('failed'));
    expect(await cache.remember(plainKey, caller, w.now)).toBe('failed');
    expect(w.calls).toEqual([]);
    w.now += 1;
    expect(await cache.read(plainKey)).toMatchObject(isHit);
  });

  test('marks are still written', async () => {
    w.failures = [down, down, down];
    const cache = w.newCache();
    for (let reads = 0; reads < 4; reads++) await cache.read(plainKey);
    expect((await w.newMarks().mark('apit_1')).written.ok).toBe(true);
  });
});

describe('time limits', () => {
  /** The longest deadline that can be set for a call of Scalekit. */
  const scalekitMs = 4_000;

  test('a mark lasts until the change that follows it is done', () => {
    expect(markMs + scalekitMs + 2 * clockErrorMs).toBeLessThan(markAheadMs);
    expect(settledBeforeMs).toBeGreaterThanOrEqual(2 * clockErrorMs);
    expect(markAgeMs).toBeGreaterThan(rereadMs);
  });

  test('a request that misses is decided within the authorizer’s 10 s', () => {
    expect(readMs + scalekitMs + rememberMs).toBeLessThan(10_000);
  });

  test('all reads of a request share one time limit, and so do all writes after a validation', async () => {
    const limits: number[] = [];
    const noted = (ms: number) => {
      limits.push(ms);
      return ms;
    };
    const timed: Table = {
      get: (name, isConsistent, ms) => w.table.get(name, isConsistent, noted(ms)),
      getAll: (names, isConsistent, ms) => w.table.getAll(names, isConsistent, noted(ms)),
      put: (item, replaces, ms) => w.table.put(item, replaces, noted(ms)),
    };
    await w.newCache().remember(plainKey, caller, w.now);
    w.tookMs = 100;
    const cache = w.newCache({}, timed);
    await cache.read(plainKey);
    expect(limits).toEqual([300, 200]);
    limits.length = 0;
    await w.newCache({}, timed).remember(plainKey, caller, w.now);
    expect(Math.max(...limits)).toBe(300);
    expect(Math.min(...limits)).toBeLessThanOrEqual(200);
  });
});
