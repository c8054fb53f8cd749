import { expect, test } from 'vitest';
import { expiringWithin, familyOf } from '../../infra/commands/key-pages.ts';

const key = (keyId: string, more: object = {}) => ({ keyId, ...more });

test('keys that end within a time are shown, the soonest first, and keys without an end are not', () => {
  const now = Date.parse('2030-01-01T00:00:00Z');
  const pages = [
    { keys: [key('a', { expiresAt: '2030-01-10T00:00:00Z' }), key('b')] },
    { keys: [key('c', { expiresAt: '2030-01-02T00:00:00Z' }), key('d', { expiresAt: '2030-03-01T00:00:00Z' })] },
  ];
  expect(expiringWithin(14 * 86_400, pages, now).map(({ keyId }) => keyId)).toEqual(['c', 'a']);
});

test('a family is a key, what it made, and what it was rotated to, over any number of generations', () => {
  const pages = [
    {
      keys: [
        key('grandchild', { customClaims: { issued_by: 'successor' } }),
        key('root'),
        key('successor', { customClaims: { issued_by: 'operator', rotated_from: 'child' } }),
        key('child', { customClaims: { issued_by: 'root' } }),
        key('stranger', { customClaims: { issued_by: 'operator' } }),
      ],
    },
  ];
  expect(familyOf(['root'], pages)).toEqual(['root', 'child', 'successor', 'grandchild']);
});
