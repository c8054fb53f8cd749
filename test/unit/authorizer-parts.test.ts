import { describe, expect, test } from 'vitest';
import { refusedKeys } from '../../shared/authentication/refused-keys.ts';
import { isAddressAllowed } from '../../shared/authentication/source-address.ts';
import { CustomClaims } from '../../shared/endpoint/schemas.ts';
import { breaker } from '../../shared/scalekit/breaker.ts';

describe('the memory of refused keys', () => {
  test('remembers a refused key for five seconds, and no other key', () => {
    let now = 0;
    const refused = refusedKeys(() => now);
    refused.add('bad');
    now = 4999;
    expect(refused.has('bad')).toBe(true);
    expect(refused.has('good')).toBe(false);
    now = 5000;
    expect(refused.has('bad')).toBe(false);
  });

  test('a repeated refusal is the newest one, and is remembered for five seconds from then', () => {
    let now = 0;
    const refused = refusedKeys(() => now);
    refused.add('bad');
    refused.add('other');
    now = 4000;
    refused.add('bad');
    now = 6000;
    expect(refused.has('bad')).toBe(true);
    expect(refused.has('other')).toBe(false);
    now = 0;
    for (let index = 1; index < 10_000; index++) refused.add(`bad ${index}`);
    expect(refused.has('bad')).toBe(true);
    expect(refused.has('other')).toBe(false);
  });

  test('is bounded and drops the oldest refusal first', () => {
    const refused = refusedKeys(() => 0);
    for (let index = 0; index <= 10_000; index++) refused.add(`bad ${index}`);
    expect(refused.has('bad 0')).toBe(false);
    expect(refused.has('bad 1')).toBe(true);
    expect(refused.has('bad 10000')).toBe(true);
  });
});

describe('the breaker', () => {
  test('opens after three outages in a row, lets one probe per second through, and closes after an answer', () => {
    let now = 0;
    const gate = breaker(() => now);
    for (const _ of [1, 2, 3]) {
      expect(gate.allows()).toBe(true);
      gate.record('outage');
    }
    expect(gate.allows()).toBe(false);
    now = 1000;
    expect([gate.allows(), gate.allows()]).toEqual([true, false]);
    gate.record('outage');
    now = 1999;
    expect(gate.allows()).toBe(false);
    now = 2000;
    expect(gate.allows()).toBe(true);
    gate.record('answered');
    expect([gate.allows(), gate.allows()]).toEqual([true, true]);
  });

  test('stays closed after single outages', () => {
    const gate = breaker(() => 0);
    for (const outcome of ['outage', 'outage', 'answered', 'outage', 'outage'] as const) gate.record(outcome);
    expect(gate.allows()).toBe(true);
  });
});

describe('allowed_ips', () => {
  test.each([
    ['192.0.2.1', '192.0.2.0/24', true],
    ['192.0.3.1', '192.0.2.0/24', false],
    ['192.0.2.1', '10.0.0.0/8 192.0.2.1/32', true],
    ['2001:db8::1', '2001:db8::/32', true],
    ['2001:db9::1', '2001:db8::/32', false],
    ['192.0.2.1', '2001:db8::/32', false],
    ['::ffff:192.0.2.1', '192.0.2.0/24', true],
    ['192.0.2.1', '0.0.0.0/0', true],
    ['192.0.2.1', '::/0', false],
    // An ambiguous range matches no address.
    ['8.8.8.8', '010.0.0.0/8', false],
    ['10.1.2.3', '0xa.0.0.0/8', false],
    ['0.0.0.10', '10/8', false],
    ['fe80::1', 'fe80::%1/64', false],
    ['192.0.2.1', 'anywhere', false],
    ['192.0.2.1', '192.0.2.1', false],
    ['192.0.2.1', '', false],
    ['192.0.2.1', '192.0.2.0/24 nonsense', false],
    ['nonsense', '0.0.0.0/0', false],
    [undefined, '0.0.0.0/0', false],
  ])('%s within "%s": %s', async (address, allowed_ips, expected) => {
    expect(await isAddressAllowed({ allowed_ips }, address)).toBe(expected);
  });

  test.each(['::ffff:10.0.0.0/104', '::ffff:7f00:1/128', '10.0.0.0/8 ::FFFF:10.0.0.0/104'])(
    'a request for "%s", which would match no address, is refused with the right form',
    (allowed_ips) => {
      const parsed = CustomClaims.safeParse({ allowed_ips });
      expect(parsed.error?.issues).toMatchObject([
        { path: ['allowed_ips'], message: expect.stringContaining('write 192.0.2.0/24') },
      ]);
    },
  );

  test('a key without the claim may be used from anywhere', async () => {
    expect(await isAddressAllowed({}, undefined)).toBe(true);
  });
});
