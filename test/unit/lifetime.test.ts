import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mint } from '../../shared/authorization/authority.ts';
import { withLifetime } from '../../shared/authorization/lifetime.ts';
import { caller, keyRequest } from './arbitraries.ts';

const now = Date.parse('2030-01-01T00:00:00Z');
const inDays = (days: number) => new Date(now + days * 86_400_000);
const key = { organizationId: 'org_1', customClaims: {} };
const ofMaker = (days: number) => ({ ...key, expiresAt: inDays(days).toISOString() });
const endOf = (newKey: typeof key, requested: Date | undefined, lifetimes: object) => {
  const given = requested === undefined ? newKey : { ...newKey, expiresAt: requested.toISOString() };
  const made = withLifetime(given, requested, lifetimes, now);
  return made.ok ? made.value.expiresAt : made.failure;
};

describe('a key', () => {
  test.each([
    ['lives for ever without settings', key, {}, undefined],
    ['gets the default', key, { defaultDays: 30, maxDays: 365 }, 30],
    ['gets the maximum if there is no default', key, { maxDays: 365 }, 365],
    ['keeps an earlier end of its maker', ofMaker(10), { defaultDays: 30, maxDays: 365 }, 10],
    ['does not get its maker’s later end', ofMaker(400), { maxDays: 365 }, 365],
    ['gets its maker’s end without a maximum', ofMaker(400), { defaultDays: 30 }, 400],
  ])('%s', (_what, newKey, lifetimes, days) => {
    expect(endOf(newKey, undefined, lifetimes)).toBe(days === undefined ? undefined : inDays(days).toISOString());
  });

  test('may ask for the maximum, and for nothing later', () => {
    expect(endOf(key, inDays(365), { maxDays: 365 })).toBe(inDays(365).toISOString());
    expect(endOf(key, inDays(366), { maxDays: 365 })).toEqual({
      kind: 'invalid_request',
      errors: [{ path: 'expiresAt', message: 'is later than a key may live: 365 days' }],
    });
    expect(endOf(key, inDays(366), { defaultDays: 30 })).toBe(inDays(366).toISOString());
  });
});

test('a lifetime never lets a key outlive its maker or the maximum', () => {
  const days = fc.option(fc.integer({ min: 1, max: 5_000 }), { nil: undefined });
  fc.assert(
    fc.property(caller, keyRequest, days, days, (maker, request, maxDays, defaultDays) => {
      const minted = mint(maker, request);
      if (!minted.ok) return;
      const made = withLifetime(minted.value, request.expiresAt, { maxDays, defaultDays }, now);
      if (!made.ok) return;
      const end = made.value.expiresAt;
      if (maker.expiresAt !== undefined) expect(end !== undefined && end <= maker.expiresAt).toBe(true);
      if (maxDays !== undefined) expect(Date.parse(end ?? '')).toBeLessThanOrEqual(inDays(maxDays).getTime());
      expect(made.value).toEqual({ ...minted.value, ...(end === undefined ? {} : { expiresAt: end }) });
    }),
    { numRuns: 2000 },
  );
});
