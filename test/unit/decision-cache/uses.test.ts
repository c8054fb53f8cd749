import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Table } from '../../../shared/decision-cache/table.ts';
import { useRecords } from '../../../shared/decision-cache/use-records.ts';
import { withLastUse, withLastUses } from '../../../shared/keys/last-used.ts';
import { caller, down, isHit, plainKey, SteadyWorld, throttled } from './steady-world.ts';

const hourMs = 3_600_000;
const noon = Date.UTC(2030, 0, 1, 12);
const at = (time: number) => new Date(time).toISOString();

let w: SteadyWorld;
beforeEach(() => {
  w = new SteadyWorld();
  w.now = noon + 600_000;
});
afterEach(() => void vi.useRealTimers());

const off = { cacheSeconds: 0 };
const use = () => w.newCache(off).remember(plainKey, caller, w.now);
const records = () => useRecords(w.table)(['apit_1', 'apit_2']);

describe('the records of uses', () => {
  test('report the hour of a use, the start of recording and the latest use of any key', async () => {
    expect(await records()).toEqual({ lastUsedAt: new Map() });
    await use();
    w.now += 2 * hourMs;
    await w.newCache(off).remember(plainKey, { ...caller, keyId: 'apit_2' }, w.now);
    expect(await records()).toEqual({
      lastUsedAt: new Map([
        ['apit_1', at(noon)],
        ['apit_2', at(noon + 2 * hourMs)],
      ]),
      recordedSince: at(noon + 600_000),
      recordedUntil: at(noon + 2 * hourMs),
    });
  });

  test('are not written on a hit', async () => {
    const cache = w.newCache();
    await cache.remember(plainKey, caller, w.now);
    w.calls = [];
    expect(await cache.read(plainKey)).toMatchObject(isHit);
    expect(w.calls.filter((call) => call.includes('used#'))).toEqual([]);
  });

  test('restart after a week without uses, and continue after a shorter pause', async () => {
    await use();
    const first = at(w.now);
    w.now += 7 * 24 * hourMs - 2 * hourMs;
    await use();
    expect((await records()).recordedSince).toBe(first);
    w.now += 7 * 24 * hourMs + hourMs;
    await use();
    expect((await records()).recordedSince).toBe(at(w.now));
  });

  test('keep the start of recording permanently and the use of a key for more than a year', async () => {
    await use();
    const years = (name: string) => {
      const expiry = w.items.get(name)?.['expiresAt'];
      return expiry && 'N' in expiry ? (Number(expiry.N) - w.now / 1000) / 31_557_600 : 0;
    };
    expect(years('used#apit_1')).toBeGreaterThan(1.08);
    expect(years('used#recording')).toBeGreaterThan(99);
  });

  test('do not advance if the record of the key fails', async () => {
    w.failures = [down];
    await use();
    expect(w.calls).toEqual(['get used#apit_1']);
    w.failures = [throttled];
    w.now += hourMs;
    await use();
    expect(await records()).toEqual({ lastUsedAt: new Map() });
  });

  test('report no period if its start cannot be written', async () => {
    const broken: Table = {
      ...w.table,
      put: async (item, ...rest) =>
        item.id.S === 'used#recording' ? { ok: false, failure: down } : w.table.put(item, ...rest),
    };
    await w.newCache(off, broken).remember(plainKey, caller, w.now);
    expect(await records()).toEqual({ lastUsedAt: new Map([['apit_1', at(noon)]]) });
  });
});

test('a request waits at most 50 ms for the record of its key’s use', async () => {
  vi.useFakeTimers();
  const silent: Table = { ...w.table, get: () => new Promise(() => {}) };
  let isDone = false;
  const remembered = w.newCache(off, silent).remember(plainKey, caller, w.now);
  const done = remembered.then(() => {
    isDone = true;
  });
  await vi.advanceTimersByTimeAsync(49);
  expect(isDone).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(isDone).toBe(true);
  await done;
  expect(await remembered).toBe('off');
});

describe('the last use', () => {
  const key = { keyId: 'apit_1', organizationId: 'org_1', customClaims: {}, roles: [], suffix: 'abcd' };
  const page = { keys: [key], nextPageToken: 'more', totalCount: 1 };
  const get = () => withLastUse(key, useRecords(w.table));
  const list = () => withLastUses(page, useRecords(w.table));

  test('is shown with a key', async () => {
    await use();
    const shown = { ...key, lastUsedAt: at(noon) };
    expect(await get()).toEqual(shown);
    const recorded = { usageRecordedSince: at(w.now), usageRecordedUntil: at(noon) };
    expect(await list()).toEqual({ ...page, keys: [shown], ...recorded });
  });

  test('is not looked up for a page without keys', async () => {
    await use();
    expect(await withLastUses({ keys: [] }, useRecords(w.table))).toEqual({ keys: [] });
  });

  test('is not shown if the table fails', async () => {
    await use();
    w.failures = [down];
    expect(await get()).toEqual(key);
    w.failures = [throttled];
    expect(await list()).toEqual(page);
  });

  test.each([
    ['another version', { version: { N: '2' } }],
    ['an invalid time', { notBefore: { N: '-1' } }],
  ])('is not shown if the item has %s', async (_what, change) => {
    await use();
    w.items.set('used#apit_1', { ...w.items.get('used#apit_1'), ...change });
    expect(await get()).toEqual(key);
  });
});
