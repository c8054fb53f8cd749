import { expect, test } from 'vitest';
import { anyScope, vocabularyOf } from '../../shared/authorization/vocabulary.ts';

const knows = vocabularyOf(['notes:read', 'notes:write']);

test.each([
  ['no scope', undefined],
  ['an empty scope', []],
  ['words of the product and our own', ['notes:read', 'keys:write']],
])('%s is allowed', (_what, scope) => {
  expect(knows(scope).ok).toBe(true);
});

test('an unknown word is an error that names the known words', () => {
  expect(knows(['notes:read', 'notes:raed'])).toEqual({
    ok: false,
    failure: {
      kind: 'invalid_request',
      errors: [
        {
          path: 'scope',
          message: '"notes:raed" is not known: use keys:read, keys:write, keys:users, notes:read, notes:write',
        },
      ],
    },
  });
});

test('a word that the key has already may stay', () => {
  expect(knows(['old'], ['old']).ok).toBe(true);
  expect(knows(['old', 'new'], ['old']).ok).toBe(false);
});

test('without the setting every word is allowed', () => {
  expect(anyScope(['anything']).ok).toBe(true);
});
