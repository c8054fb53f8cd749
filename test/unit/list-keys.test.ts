import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Caller } from '../../shared/authentication/caller.ts';
import { listKeys } from '../../shared/keys/list-keys.ts';
import type { KeyDirectory } from '../../shared/scalekit/scalekit.ts';
import { startTestScalekit, type TestScalekit } from '../support/embedded-scalekit.ts';

let env: TestScalekit;
beforeAll(async () => {
  env = await startTestScalekit();
});
afterAll(() => env.close());
afterEach(() => void vi.useRealTimers());

/** A caller that sees three of 203 keys: the first, one in the middle, and the last. */
async function boundCaller(): Promise<Caller> {
  const organizationId = await env.newOrganization();
  const make = (claims: Record<string, string>) => env.scalekit.create({ organizationId, customClaims: claims });
  await make({ env: 'a' });
  for (let index = 0; index < 100; index++) await make({ env: 'b' });
  await make({ env: 'a' });
  for (let index = 0; index < 100; index++) await make({ env: 'b' });
  await make({ env: 'a' });
  return { keyId: 'apit_1', organizationId, roles: [], customClaims: { scope: 'keys:read', env: 'a' } };
}

async function pagesOf(scalekit: KeyDirectory, actor: Caller, pageSize: number): Promise<string[][]> {
  const pages: string[][] = [];
  for (let pageToken: string | undefined; ; ) {
    const page = await listKeys({ scalekit }, { pageSize, pageToken }, { actor, requestId: 'r' });
    if (!page.ok) throw new Error(page.failure.kind);
    expect(page.value).not.toHaveProperty('totalCount');
    pages.push(page.value.keys.map(({ keyId }) => keyId));
    pageToken = page.value.nextPageToken;
    if (pageToken === undefined) return pages;
  }
}

test('a caller with boundary claims gets no count of keys that it cannot see, at any page size', async () => {
  const actor = await boundCaller();
  const sizes = async (pageSize: number) => (await pagesOf(env.scalekit, actor, pageSize)).map(({ length }) => length);
  expect(await sizes(1)).toEqual([1, 1, 1]);
  expect(await sizes(2)).toEqual([2, 1]);
  expect(await sizes(30)).toEqual([3]);
  const keys = (await pagesOf(env.scalekit, actor, 1)).flat();
  expect(new Set(keys).size).toBe(3);
  const token = Buffer.from('["x"]').toString('base64url');
  for (const pageToken of ['x', token]) {
    const refused = await listKeys(env, { pageSize: 1, pageToken }, { actor, requestId: 'r' });
    expect(refused).toMatchObject({ failure: { kind: 'invalid_request', errors: [{ path: 'pageToken' }] } });
  }
});

test('its page is cut short only when the time runs out, and the next page continues', async () => {
  const actor = await boundCaller();
  vi.useFakeTimers({ toFake: ['Date'] });
  const slow: KeyDirectory = {
    ...env.scalekit,
    async list(organizationId, page) {
      const found = await env.scalekit.list(organizationId, page);
      vi.setSystemTime(Date.now() + 1_100);
      return found;
    },
  };
  const pages = await pagesOf(slow, actor, 30);
  expect(pages.map(({ length }) => length)).toEqual([1, 1, 1]); // of 90 keys each
  expect(new Set(pages.flat()).size).toBe(3);
});
