import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bearerKey, isPossibleKey, keyInText } from '../../shared/authentication/bearer.ts';
import { fail, ok } from '../../shared/result.ts';

const presenting = (...values: string[]) =>
  bearerKey({ headers: { Authorization: values.at(-1) }, multiValueHeaders: { Authorization: values } });

test('accepts the key of a Bearer header, with its name and scheme in any case', () => {
  for (const name of ['Authorization', 'authorization', 'AUTHORIZATION', 'aUTHORIZATION']) {
    for (const scheme of ['Bearer', 'bearer', 'BEARER', 'bEaReR']) {
      expect(bearerKey({ headers: {}, multiValueHeaders: { [name]: [`${scheme} Abc123`] } })).toEqual(ok('Abc123'));
      expect(bearerKey({ headers: { [name]: `${scheme} Abc123` } })).toEqual(ok('Abc123'));
    }
  }
});

test.each([
  ['two values', ['Bearer one', 'Bearer two']],
  ['the same value twice', ['Bearer one', 'Bearer one']],
  ['two keys in one value', ['Bearer one, Bearer two']],
  ['a scheme alone', ['Bearer']],
  ['a scheme and a space', ['Bearer ']],
  ['a tab', ['Bearer\tabc']],
  ['a tab after a space', ['Bearer \tabc']],
  ['a space inside', ['Bearer ab c']],
  ['a trailing line feed', ['Bearer abc\n']],
  ['a NUL', ['Bearer abc\0']],
  ['a character outside ASCII', ['Bearer abcé']],
  ['a quoted key', ['Bearer "abc"']],
  ['padding inside', ['Bearer ab=c']],
  ['a key that is too long', [`Bearer ${'a'.repeat(513)}`]],
  ['a token id', ['Bearer apit_123456789']],
  ['a token id in another case', ['Bearer APIT_123456789']],
])('refuses %s as invalid_token', (_what, values) => {
  expect(presenting(...values)).toEqual(fail('invalid_token'));
});

test.each([
  ['another scheme', ['Basic abc']],
  ['the scheme of other products', ['Token abc']],
  ['no scheme', ['abc']],
  ['a colon after the scheme', ['Bearer: abc']],
  ['a leading space', [' Bearer abc']],
  ['another scheme before Bearer', ['Basic abc', 'Bearer abc']],
  ['an empty value before Bearer', ['', 'Bearer abc']],
])('refuses %s as malformed_credentials, because the key may be good', (_what, values) => {
  expect(presenting(...values)).toEqual(fail('malformed_credentials'));
});

test('accepts one or more spaces after the scheme, as in RFC 6750', () => {
  for (const spaces of [' ', '  ', '     ']) expect(presenting(`Bearer${spaces}Abc123`)).toEqual(ok('Abc123'));
});

test.each([
  'Abc123',
  ' Abc123\r\n',
  '"Abc123"',
  "'Abc123'",
  '“Abc123”',
  'Bearer Abc123',
  '"bearer  Abc123"\n',
  'Authorization: Bearer Abc123',
  'Abc\n123',
  '\uFEFFAbc123',
])('finds the key in the pasted string %j', (text) => {
  expect(keyInText(text)).toBe('Abc123');
});

test('a string of 64,000 spaces is parsed quickly', () => {
  const startedAt = performance.now();
  expect(keyInText(`a${' '.repeat(64_000)}b`)).toBe('ab');
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

test('a header that is missing or empty is missing_credentials, not a bad key', () => {
  expect(bearerKey({ headers: null })).toEqual(fail('missing_credentials'));
  expect(bearerKey({ headers: { Other: 'Bearer abc' } })).toEqual(fail('missing_credentials'));
  expect(presenting('')).toEqual(fail('missing_credentials'));
});

test('two spellings of the header in one event are two values', () => {
  const headers = { Authorization: 'Bearer one', authorization: 'Bearer two' };
  expect(bearerKey({ headers })).toEqual(fail('invalid_token'));
});

test('accepts only keys of b64token characters, and no token id', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.base64String()), (text) => {
      const taken = presenting(`Bearer ${text}`);
      if (taken.ok) expect(taken.value).toMatch(/^(?!apit_)[A-Za-z0-9\-._~+/]+=*$/i);
    }),
  );
});

test('a key has at most 512 characters', () => {
  expect(isPossibleKey('a'.repeat(512))).toBe(true);
  expect(isPossibleKey('a'.repeat(513))).toBe(false);
  expect(isPossibleKey('')).toBe(false);
});

test('only a beginning of apit_ makes a token id', () => {
  expect(isPossibleKey('apit_1')).toBe(false);
  expect(isPossibleKey('key_apit_1')).toBe(true);
});
