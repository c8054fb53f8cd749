import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Mutations } from '../../shared/audit/mutations.ts';
import type { Actor } from '../../shared/authentication/actor.ts';
import type { KeyInfo } from '../../shared/key.ts';
import { allKeys } from '../../shared/keys/key-search.ts';
import type { KeyServices } from '../../shared/keys/key-services.ts';
import { fail } from '../../shared/result.ts';
import { revokeKeys } from '../../shared/revocation/revoke-keys.ts';
import type { KeyDirectory } from '../../shared/scalekit/scalekit.ts';
import { startTestScalekit, type TestScalekit } from '../support/embedded-scalekit.ts';
import { keyServicesOf } from '../support/key-services.ts';

let env: TestScalekit;
let services: KeyServices;
let users: string[];
let organizations: string[];

beforeAll(async () => {
  env = await startTestScalekit();
  services = keyServicesOf(env.scalekit);
});
afterAll(() => env.close());

/** A key to be: whose it is, by which of the earlier ones it was made, and a claim. */
const keyToBe = fc.record({
  organization: fc.constantFrom(0, 0, 0, 1),
  user: fc.option(fc.constantFrom(0, 1), { nil: undefined }),
  maker: fc.option(fc.nat({ max: 9 }), { nil: undefined }),
  by: fc.constantFrom('issued_by', 'rotated_from'),
  env: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
});
type KeyToBe = typeof keyToBe extends fc.Arbitrary<infer T> ? T : never;

const filter = fc.record(
  {
    userId: fc.constantFrom(0, 1),
    customClaims: fc.record({ env: fc.constantFrom('a', 'b') }),
    createdBefore: fc.nat({ max: 9 }),
    createdAfter: fc.nat({ max: 9 }),
    issuedBy: fc.nat({ max: 9 }),
  },
  { requiredKeys: [] },
);

/** Creates them with Scalekit itself, one after the other. */
async function createAll(keys: readonly KeyToBe[]): Promise<KeyInfo[]> {
  organizations = [await env.newOrganization(), await env.newOrganization()];
  users = await Promise.all([0, 1].map(() => env.newUser(organizations[0] ?? '')));
  const made: KeyInfo[] = [];
  for (const { organization, user, maker, by, env: value } of keys) {
    const origin = maker === undefined ? undefined : made[maker]?.keyId;
    const created = await env.scalekit.create({
      organizationId: organizations[organization] ?? '',
      customClaims: { x: 'x', ...(origin ? { [by]: origin } : {}), ...(value ? { env: value } : {}) },
      ...(user === undefined || organization === 1 ? {} : { userId: users[user] ?? '' }),
    });
    if (!created.ok) throw new Error('not created');
    made.push(created.value.info);
  }
  return made;
}

async function active(): Promise<Set<string>> {
  const found = await Promise.all(
    organizations.map((organizationId) => allKeys(env.scalekit, { organizationId }, Infinity)),
  );
  return new Set(found.flatMap((keys) => (keys.ok ? keys.value.map(({ keyId }) => keyId) : [])));
}

/** What came of a key, by the plainest means. */
function cameOf(keyId: string, keys: readonly KeyInfo[]): Set<string> {
  const found = new Set<string>([keyId]);
  for (const _ of keys)
    for (const { keyId: id, customClaims } of keys)
      if (found.has(customClaims['issued_by'] ?? '') || found.has(customClaims['rotated_from'] ?? '')) found.add(id);
  found.delete(keyId);
  return found;
}

const none = { includeSelf: false, dryRun: false };
const operator = (organizationId = ''): Actor => ({ userArn: 'arn:aws:iam::1:user/x', organizationId });

test('a bulk revocation ends exactly what fits its filters, in its own organization', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(keyToBe, { minLength: 1, maxLength: 10 }), filter, async (keysToBe, asked) => {
      const keys = await createAll(keysToBe);
      const createdBefore = asked.createdBefore === undefined ? undefined : keys[asked.createdBefore]?.createdAt;
      const createdAfter = asked.createdAfter === undefined ? undefined : keys[asked.createdAfter]?.createdAt;
      const issuedBy = asked.issuedBy === undefined ? undefined : (keys[asked.issuedBy]?.keyId ?? 'apit_0');
      const userId = asked.userId === undefined ? undefined : users[asked.userId];
      const request = {
        ...none,
        userId,
        customClaims: asked.customClaims,
        createdBefore: createdBefore === undefined ? undefined : new Date(createdBefore),
        createdAfter: createdAfter === undefined ? undefined : new Date(createdAfter),
        issuedBy,
      };
      const ours = keys.filter(({ organizationId }) => organizationId === organizations[0]);
      const expected = ours.filter(
        (key) =>
          (userId === undefined || key.userId === userId) &&
          (asked.customClaims === undefined || key.customClaims['env'] === asked.customClaims.env) &&
          (createdBefore === undefined || (key.createdAt ?? '') < createdBefore) &&
          (createdAfter === undefined || (key.createdAt ?? '') > createdAfter) &&
          (issuedBy === undefined || cameOf(issuedBy, ours).has(key.keyId)),
      );
      const by = { actor: operator(organizations[0]), requestId: 'test' };
      const dry = await revokeKeys(services, { ...request, dryRun: true }, by);
      expect(dry).toMatchObject({ value: { matched: expected.length, revoked: 0, remaining: expected.length } });
      expect((await active()).size).toBe(keys.length);
      const done = await revokeKeys(services, request, by);
      expect(done).toMatchObject({ value: { revoked: expected.length, failed: [], remaining: 0 } });
      const left = await active();
      for (const { keyId } of keys) expect(left.has(keyId)).toBe(!expected.some((key) => key.keyId === keyId));
    }),
    { numRuns: 60 },
  );
});

test('cut short or failing anywhere, a repeat still reaches all that a key made', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(keyToBe, { minLength: 4, maxLength: 10 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
      async (keysToBe, fates) => {
        const keys = await createAll(keysToBe.map((key) => ({ ...key, organization: 0 })));
        const root = keys[0]?.keyId ?? '';
        const expected = cameOf(root, keys);
        const rest = [...fates];
        const failing: Mutations = {
          ...services.mutations,
          async revoke(key, cause) {
            if (rest.shift() ?? true) return services.mutations.revoke(key, cause);
            return fail({ kind: 'upstream_unavailable', reason: 'unreachable', cause: undefined });
          },
        };
        const by = { actor: operator(organizations[0]), requestId: 'test' };
        const request = { ...none, issuedBy: root };
        for (let left = true; left; ) {
          const done = await revokeKeys({ ...services, mutations: failing }, request, by);
          if (!done.ok) throw new Error('failed');
          const { matched, revoked, failed, remaining } = done.value;
          expect(revoked + failed.length + remaining).toBe(matched);
          left = failed.length + remaining > 0;
        }
        const stillActive = await active();
        for (const { keyId } of keys) expect(stillActive.has(keyId)).toBe(!expected.has(keyId));
      },
    ),
    { numRuns: 60 },
  );
});

describe('an organization with more keys than there is time to look at', () => {
  afterEach(() => void vi.useRealTimers());

  /** Each page but the last takes all the time that a search has. */
  const slow = (): KeyDirectory => ({
    ...env.scalekit,
    async list(organizationId, page) {
      const found = await env.scalekit.list(organizationId, page);
      if (found.ok && found.value.nextPageToken) vi.setSystemTime(Date.now() + 6_000);
      return found;
    },
  });

  test('is revoked part by part: each answer says what remains, and repeats come to the end', async () => {
    const organizationId = await env.newOrganization();
    await Promise.all(Array.from({ length: 70 }, () => env.scalekit.create({ organizationId, customClaims: {} })));
    vi.useFakeTimers({ toFake: ['Date'] });
    const slowServices = { ...services, scalekit: slow() };
    const by = { actor: operator(organizationId), requestId: 'test' };
    const dry = await revokeKeys(slowServices, { ...none, dryRun: true }, by);
    expect(dry).toMatchObject({ value: { matched: 70, remaining: 70 } });
    expect(await revokeKeys(slowServices, none, by)).toMatchObject({
      value: { matched: 70, revoked: 30, failed: [], remaining: 40 },
    });
    expect(await revokeKeys(slowServices, none, by)).toMatchObject({ value: { revoked: 30, remaining: 10 } });
    expect(await revokeKeys(slowServices, none, by)).toMatchObject({ value: { revoked: 10, remaining: 0 } });
  });

  test('is not revoked by issuer, for a link between maker and made may not be seen yet', async () => {
    const organizationId = await env.newOrganization();
    await Promise.all(
      Array.from({ length: 40 }, () => env.scalekit.create({ organizationId, customClaims: { issued_by: 'apit_1' } })),
    );
    vi.useFakeTimers({ toFake: ['Date'] });
    const by = { actor: operator(organizationId), requestId: 'test' };
    const asked = await revokeKeys({ ...services, scalekit: slow() }, { ...none, issuedBy: 'apit_1' }, by);
    expect(asked).toMatchObject({ failure: { kind: 'upstream_unavailable' } });
    const page = await env.scalekit.list(organizationId, { pageSize: 1 });
    expect(page).toMatchObject({ value: { totalCount: 40 } });
  });
});
