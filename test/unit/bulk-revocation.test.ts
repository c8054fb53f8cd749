import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { causedBy } from '../../shared/audit/audit.ts';
import type { Mutations } from '../../shared/audit/mutations.ts';
import type { Actor } from '../../shared/authentication/actor.ts';
import type { KeyInfo } from '../../shared/key.ts';
import { createKey } from '../../shared/keys/create-key.ts';
import { allKeys } from '../../shared/keys/key-search.ts';
import type { KeyServices } from '../../shared/keys/key-services.ts';
import { fail, ok } from '../../shared/result.ts';
import { descendantsOf } from '../../shared/revocation/descendants.ts';
import { revokeAll, revokeChildrenFirst } from '../../shared/revocation/revoke-all.ts';
import { revokeKeys } from '../../shared/revocation/revoke-keys.ts';
import type { KeyDirectory } from '../../shared/scalekit/scalekit.ts';
import { startTestScalekit, type TestScalekit } from '../support/embedded-scalekit.ts';
import { keyServicesOf } from '../support/key-services.ts';
import { runs } from '../support/runs.ts';

let env: TestScalekit;
let services: KeyServices;
let users: string[];
let organizations: string[];

beforeAll(async () => {
  env = await startTestScalekit();
  services = keyServicesOf(env.scalekit);
});
afterAll(() => env.close());

/** A planned key: its owner, the earlier key that makes it, and a claim. */
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

/** Creates the keys directly in Scalekit, one after the other. */
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

/** All keys that descend from a key, found by the simplest algorithm. */
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

test('a bulk revocation ends exactly the keys that match its filters, in its own organization', {
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
    { numRuns: runs(25) },
  );
});

test('after a revocation stops or fails anywhere, a retry still reaches every key that a key made', {
  timeout: 120_000,
}, async () => {
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
    { numRuns: runs(25) },
  );
});

describe('an organization with more keys than one request can search', () => {
  afterEach(() => void vi.useRealTimers());

  /** Each page except the last takes the whole time of a search. */
  const slow = (): KeyDirectory => ({
    ...env.scalekit,
    async list(organizationId, page) {
      const found = await env.scalekit.list(organizationId, page);
      if (found.ok && found.value.nextPageToken) vi.setSystemTime(Date.now() + 6_000);
      return found;
    },
  });

  test('is revoked in parts: each answer reports the remaining number, and retries complete the revocation', async () => {
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

  test('by issuer, loses no key before all keys were searched, because a link of a chain may not have been found yet', async () => {
    const organizationId = await env.newOrganization();
    const keyOf = async (issuer: string, scope = 'x') => {
      const made = await env.scalekit.create({ organizationId, customClaims: { issued_by: issuer, scope } });
      return made.ok ? made.value.info.keyId : '';
    };
    let maker = 'apit_1';
    for (let index = 0; index < 70; index++) maker = await keyOf(index % 2 ? maker : 'apit_1'); // in chains, over three pages
    const other = await keyOf('apit_2');
    vi.useFakeTimers({ toFake: ['Date'] });
    const slowServices = { ...services, scalekit: slow() };
    const by = { actor: operator(organizationId), requestId: 'test' };
    const idsNow = async () => {
      const all = await allKeys(env.scalekit, { organizationId }, Infinity);
      return all.ok ? all.value.map(({ keyId }) => keyId) : [];
    };
    let cursor: string | undefined;
    let revoked = 0;
    let requests = 0;
    do {
      if (requests < 3) expect((await idsNow()).length).toBe(71);
      const answer = await revokeKeys(slowServices, { ...none, issuedBy: 'apit_1', cursor }, by);
      if (!answer.ok) throw new Error('failed');
      cursor = answer.value.cursor;
      revoked += answer.value.revoked;
      if (cursor) expect(answer.value.remaining).toBeGreaterThan(0);
      else expect(answer.value.remaining).toBe(0);
      requests++;
    } while (cursor);
    expect(revoked).toBe(70);
    expect(await idsNow()).toEqual([other]);
  });

  test.each<[string, (made: KeyInfo[], user: string) => object]>([
    ['a time', (made) => ({ createdAfter: new Date(made[0]?.createdAt ?? '') })],
    ['a user', (_made, userId) => ({ userId })],
    ['a claim', () => ({ customClaims: { env: 'a' } })],
    ['a maker', () => ({ issuedBy: 'apit_1' })],
  ])('is searched completely by %s, in as many requests as needed', async (_what, filterOf) => {
    const organizationId = await env.newOrganization();
    const userId = await env.newUser(organizationId);
    const made: KeyInfo[] = [];
    const make = async (count: number, more: object) => {
      for (let index = 0; index < count; index++) {
        const key = await env.scalekit.create({ organizationId, customClaims: { x: 'x' }, ...more });
        if (key.ok) made.push(key.value.info);
      }
    };
    await make(70, {});
    await new Promise((resolve) => setTimeout(resolve, 5));
    const [last] = made.slice(-1);
    await make(2, { userId, customClaims: { env: 'a', issued_by: 'apit_1' } });
    vi.useFakeTimers({ toFake: ['Date'] });
    const slowServices = { ...services, scalekit: slow() };
    const by = { actor: operator(organizationId), requestId: 'test' };
    const filter = filterOf([last as KeyInfo], userId);
    const count = async (dryRun: boolean) => {
      let [total, cursor]: [number, string | undefined] = [0, undefined];
      do {
        const answer = await revokeKeys(slowServices, { ...none, ...filter, dryRun, cursor }, by);
        if (!answer.ok) throw new Error('failed');
        cursor = answer.value.cursor;
        total += dryRun ? answer.value.matched - (cursor ? 1 : 0) : answer.value.revoked;
      } while (cursor);
      return total;
    };
    expect(await count(true)).toBe(2);
    expect(await count(false)).toBe(2);
    const left = await allKeys(env.scalekit, { organizationId }, Infinity);
    expect(left).toMatchObject({ value: { length: 70 } });
  });

  test('does not accept the cursor of another request or another caller', async () => {
    const organizationId = await env.newOrganization();
    await Promise.all(Array.from({ length: 40 }, () => env.scalekit.create({ organizationId, customClaims: {} })));
    vi.useFakeTimers({ toFake: ['Date'] });
    const slowServices = { ...services, scalekit: slow() };
    const by = { actor: operator(organizationId), requestId: 'test' };
    const first = await revokeKeys(slowServices, { ...none, customClaims: { env: 'a' } }, by);
    const cursor = first.ok ? first.value.cursor : undefined;
    expect(cursor).toBeDefined();
    const key: Actor = { keyId: 'apit_1', organizationId, customClaims: { scope: 'keys:write' }, roles: [] };
    for (const [request, actor] of [
      [{ ...none, cursor }, by.actor],
      [{ ...none, customClaims: { env: 'b' }, cursor }, by.actor],
      [{ ...none, customClaims: { env: 'a' }, dryRun: true, cursor }, by.actor],
      [{ ...none, customClaims: { env: 'a' }, cursor: 'x.y' }, by.actor],
      [{ ...none, customClaims: { env: 'a' }, cursor }, key],
      [{ ...none, customClaims: { env: 'a' }, cursor }, operator('org_1')],
    ] as const) {
      const refused = await revokeKeys(slowServices, request, { actor, requestId: 'test' });
      expect(refused).toMatchObject({ failure: { kind: 'invalid_request', errors: [{ path: 'cursor' }] } });
    }
    expect((await revokeKeys(slowServices, { ...none, customClaims: { env: 'a' }, cursor }, by)).ok).toBe(true);
  });
});

describe('a thief at work', () => {
  test('by issuer, keys that are made during the revocation end too', { timeout: 60_000 }, async () => {
    const organizationId = await env.newOrganization();
    const stolen = await env.scalekit.create({ organizationId, customClaims: { scope: 'keys:write' } });
    if (!stolen.ok) throw new Error('not created');
    const living = [stolen.value.info];
    let turn = 0;
    const steal = async () => {
      const maker = living[(7 * turn++) % living.length];
      const actor = { ...(maker as KeyInfo) };
      const made = await createKey(
        services,
        { customClaims: {}, scope: ['keys:write'] },
        { actor, requestId: 'thief' },
      );
      if (made.ok) living.push({ ...made.value });
    };
    for (let index = 0; index < 20; index++) await steal();
    const by = { actor: operator(organizationId), requestId: 'test' };
    await services.mutations.revoke(stolen.value.info, causedBy(by, 'requested'));
    // For a while the thief makes two keys whenever one is revoked.
    let more = 40;
    const mutations: Mutations = {
      ...services.mutations,
      async revoke(key, cause) {
        if (more-- > 0) await Promise.all([steal(), steal()]);
        return services.mutations.revoke(key, cause);
      },
    };
    const done = await revokeKeys({ ...services, mutations }, { ...none, issuedBy: stolen.value.info.keyId }, by);
    expect(done).toMatchObject({ value: { failed: [], remaining: 0 } });
    expect(living.length).toBeGreaterThan(30);
    expect(await allKeys(env.scalekit, { organizationId }, Infinity)).toMatchObject({ value: { length: 0 } });
  });

  test('revokes no more keys once its own key has ended, and reports the remaining number', async () => {
    const organizationId = await env.newOrganization();
    const thief = await env.scalekit.create({ organizationId, customClaims: { scope: 'keys:write' } });
    if (!thief.ok) throw new Error('not created');
    for (let index = 0; index < 40; index++)
      await env.scalekit.create({ organizationId, customClaims: { issued_by: 'apit_1' } });
    for (const filter of [{}, { issuedBy: 'apit_1' }]) {
      let calls = 0;
      const mutations: Mutations = {
        ...services.mutations,
        async revoke(key, cause) {
          if (++calls === 9) await env.scalekit.invalidate(thief.value.info.keyId);
          return services.mutations.revoke(key, cause);
        },
      };
      const by = { actor: thief.value.info, requestId: 'test' };
      const answer = await revokeKeys({ ...services, mutations }, { ...none, ...filter }, by);
      expect(calls).toBeLessThanOrEqual(16);
      if (!answer.ok) throw new Error('failed');
      expect(answer.value.revoked).toBe(calls);
      expect(answer.value.remaining).toBeGreaterThanOrEqual(8);
    }
  });
});

test('a chain of thousands of keys is revoked in order, or in parallel if the order does not matter', async () => {
  const chain = Array.from({ length: 5_000 }, (_, index) => keyInfo(`apit_${index}`, `apit_${index - 1}`)).reverse();
  for (const revoke of [revokeAll, revokeChildrenFirst]) {
    const order: string[] = [];
    let [open, most] = [0, 0];
    const mutations: Mutations = {
      ...services.mutations,
      async revoke({ keyId }) {
        most = Math.max(most, ++open);
        order.push(keyId);
        await Promise.resolve();
        open--;
        return ok(undefined);
      },
    };
    const cause = causedBy({ actor: operator('org_1'), requestId: 'r' }, 'bulk');
    const tally = await revoke(chain, { mutations, cause, until: Infinity, mayGoOn: async () => true });
    expect(tally).toEqual({ revoked: 5_000, failed: [], remaining: 0 });
    expect(most).toBe(revoke === revokeAll ? 8 : 1);
    if (revoke === revokeChildrenFirst) expect(order).toEqual(chain.map(({ keyId }) => keyId));
  }
  expect(descendantsOf((id) => id === 'apit_0', chain)).toHaveLength(4_999);
});

const keyInfo = (keyId: string, issuer: string): KeyInfo => ({
  keyId,
  organizationId: 'org_1',
  customClaims: { issued_by: issuer },
  roles: [],
  suffix: 'abcd',
});
