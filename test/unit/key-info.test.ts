import { expect, test } from 'vitest';
import { isBefore } from '../../shared/rotation/successors.ts';
import { toKeyInfo, toKeyPage } from '../../shared/scalekit/key-info.ts';

type Token = NonNullable<Parameters<typeof toKeyInfo>[0]>;

const token = (fields: object) =>
  ({
    tokenId: 'apit_1',
    organizationId: 'org_1',
    customClaims: {},
    roles: [],
    tokenSuffix: 'x',
    ...fields,
  }) as unknown as Token;

test.each([
  ['no key', undefined],
  ['no id', token({ tokenId: '' })],
  ['no organization', token({ organizationId: '' })],
])('an answer with %s is an outage, never an anonymous key', (_what, given) => {
  expect(toKeyInfo(given)).toMatchObject({ ok: false, failure: { kind: 'upstream_unavailable' } });
});

test('one such key in a page makes an outage of the page', () => {
  const page = { tokens: [token({}), token({ organizationId: '' })], totalCount: 2, nextPageToken: '' };
  expect(toKeyPage(page as never)).toMatchObject({ ok: false, failure: { kind: 'upstream_unavailable' } });
});

test('of two successors the older one counts; of two from the same millisecond, the one with the smaller id', () => {
  const key = (keyId: string, createdAt: string) => ({ keyId, createdAt }) as Parameters<typeof isBefore>[0];
  const [early, late] = ['2030-01-01T00:00:00.000Z', '2030-01-01T00:00:00.001Z'];
  expect(isBefore(key('apit_2', early), key('apit_1', late))).toBe(true);
  expect(isBefore(key('apit_1', late), key('apit_2', early))).toBe(false);
  expect(isBefore(key('apit_1', early), key('apit_2', early))).toBe(true);
  expect(isBefore(key('apit_2', early), key('apit_1', early))).toBe(false);
  expect(isBefore(key('apit_1', early), key('apit_1', early))).toBe(false);
});
