import { expect, test } from 'vitest';
import { type BulkTask, countOf } from '../../shared/revocation/bulk.ts';

const task = (customClaims: Record<string, string>) =>
  ({ by: { actor: { keyId: 'apit_1', organizationId: 'org_1', customClaims, roles: [] } } }) as unknown as BulkTask;

test('a caller bound by claims does not learn how many keys there are that it cannot see', () => {
  expect(countOf(7, false, task({ env: 'prod' }))).toBe(1);
  expect(countOf(0, false, task({ env: 'prod' }))).toBe(0);
  expect(countOf(7, false, task({ scope: 'keys:write' }))).toBe(7);
});

test('keys that a filter may leave out count as one', () => {
  expect(countOf(7, true, task({}))).toBe(1);
});
