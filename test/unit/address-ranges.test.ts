import { expect, test } from 'vitest';
import { areRanges, areWithin, hasMappedRange, isWithin } from '../../shared/authentication/address-ranges.ts';

test.each([
  ['10.0.0.0/8', true],
  ['192.0.2.0/24 2001:db8::/32', true],
  ['::/0', true],
  ['10.0.0.0/8x', false],
  ['x10.0.0.0/8', false],
  ['1a.0.0.0/8', false],
  ['10.0.0.0', false],
  ['10.0.0.0/33', false],
  ['2001:db8::/129', false],
  ['2001:db8::/32x', false],
  ['x2001:db8::/32', false],
  ['fe80::1%eth0/64', false],
  ['10.0.0.0/8  10.0.0.0/8', false],
  ['', false],
])('"%s" is a list of ranges: %s', (ranges, expected) => {
  expect(areRanges(ranges)).toBe(expected);
});

test.each([
  ['10.1.0.0/16', '10.0.0.0/8', true],
  ['10.0.0.0/8', '10.0.0.0/8', true],
  ['10.0.0.0/7', '10.0.0.0/8', false],
  ['11.0.0.0/16', '10.0.0.0/8', false],
  ['10.1.0.0/16 192.0.2.0/25', '192.0.2.0/24 10.0.0.0/8', true],
  ['10.1.0.0/16 198.51.100.0/24', '192.0.2.0/24 10.0.0.0/8', false],
  ['2001:db8:1::/48', '2001:db8::/32', true],
  ['2001:db8:1::/48', '0.0.0.0/0', false],
  ['10.0.0.0/8', '::/0', false],
  ['10.1.0.0/16', '10.0.0.0/8 anywhere', false],
  ['anywhere', '10.0.0.0/8', false],
])('"%s" lies within "%s": %s', (inner, outer, expected) => {
  expect(areWithin(inner, outer)).toBe(expected);
});

test.each([
  ['::ffff:10.0.0.0/104', true],
  ['2001:db8::/32 ::ffff:10.0.0.0/104', true],
  ['2001:db8::/32', false],
  ['10.0.0.0/8', false],
])('"%s" has an IPv4 range in IPv6 form: %s', (ranges, expected) => {
  expect(hasMappedRange(ranges)).toBe(expected);
});

test('no address is within ranges of the other kind, and an unknown address is within none', () => {
  expect(isWithin('0.0.0.0/0', '2001:db8::1')).toBe(false);
  expect(isWithin('::/0', '192.0.2.1')).toBe(false);
  expect(isWithin('0.0.0.0/0 ::/0', undefined)).toBe(false);
  expect(isWithin('0.0.0.0/0 ::/0', '')).toBe(false);
});
