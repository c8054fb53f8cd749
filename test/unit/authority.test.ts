import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Caller } from '../../shared/authentication/caller.ts';
import { amend, mint, requireScope, sees, succeed } from '../../shared/authorization/authority.ts';
import type { NewKey } from '../../shared/key.ts';
import { scopeOf, withScope } from '../../shared/key-claims.ts';
import { caller, key, keyRequest } from './arbitraries.ts';

const runs = { numRuns: 2000 };
const reserved = ['scope', 'issued_by', 'rotated_from', 'plan'];
const boundaryOf = (claims: Readonly<Record<string, string>>) =>
  Object.entries(claims).filter(([name]) => !reserved.includes(name));

const admin: Caller = {
  keyId: 'apit_1',
  organizationId: 'org_1',
  customClaims: { scope: 'keys:read keys:write keys:users', env: 'prod', plan: 'free' },
  roles: [],
};
const nothing = { customClaims: {}, scope: [] };

test('a minted key never goes beyond its maker', () => {
  fc.assert(
    fc.property(caller, keyRequest, (maker, request) => {
      const minted = mint(maker, request);
      if (!minted.ok) return;
      const made = minted.value;
      expect(made.organizationId).toBe(maker.organizationId);
      if (maker.userId !== undefined) expect(made.userId).toBe(maker.userId);
      for (const word of scopeOf(made)) expect(scopeOf(maker)).toContain(word);
      for (const [name, value] of boundaryOf(maker.customClaims)) expect(made.customClaims[name]).toBe(value);
      if (maker.expiresAt !== undefined) expect(made.expiresAt && made.expiresAt <= maker.expiresAt).toBe(true);
      expect(made.customClaims['issued_by']).toBe(maker.keyId);
      expect(made.customClaims['plan']).toBe(maker.customClaims['plan']);
      expect(made.customClaims).not.toHaveProperty('rotated_from');
    }),
    runs,
  );
});

test('a request that asks for nothing beyond its maker is granted', () => {
  fc.assert(
    fc.property(caller, (maker) => {
      const asked = { customClaims: Object.fromEntries(boundaryOf(maker.customClaims)), scope: scopeOf(maker) };
      expect(mint(maker, asked).ok).toBe(true);
      expect(mint(maker, nothing).ok).toBe(true);
    }),
    runs,
  );
});

test('a maker sees every key that it minted', () => {
  fc.assert(
    fc.property(caller, keyRequest, (maker, request) => {
      const minted = mint(maker, request);
      if (minted.ok) expect(sees(maker, minted.value)).toBe(true);
    }),
    runs,
  );
});

test('what a minted key sees, its maker sees too, however long the chain', () => {
  fc.assert(
    fc.property(caller, fc.array(keyRequest, { minLength: 1, maxLength: 5 }), key, (root, requests, seen) => {
      let holder = root;
      for (const [index, request] of requests.entries()) {
        const minted = mint(holder, request);
        if (minted.ok) holder = { ...minted.value, keyId: `apit_${index}`, roles: [] };
      }
      if (sees(holder, seen)) expect(sees(root, seen)).toBe(true);
    }),
    runs,
  );
});

test('nobody sees a key of another organization, of another user, or without the claims that bound them', () => {
  fc.assert(
    fc.property(caller, key, (looking, seen) => {
      if (!sees(looking, seen)) return;
      expect(seen.organizationId).toBe(looking.organizationId);
      if (looking.userId !== undefined) expect(seen.userId).toBe(looking.userId);
      expect(
        boundaryOf(looking.customClaims).every(
          ([name, value]) => Object.hasOwn(seen.customClaims, name) && seen.customClaims[name] === value,
        ),
      ).toBe(true);
    }),
    runs,
  );
});

test('a key is changed only within its changer’s authority, before and after, and keeps its reserved claims', () => {
  fc.assert(
    fc.property(caller, caller, keyRequest, (changer, changed, { customClaims, scope }) => {
      const amended = amend(changer, changed, { customClaims, scope });
      if (!amended.ok) return;
      const after = { ...changed, customClaims: amended.value.customClaims ?? changed.customClaims };
      for (const key of [changed, after]) {
        expect(sees(changer, key)).toBe(true);
        for (const word of scopeOf(key)) expect(scopeOf(changer)).toContain(word);
      }
      if (changer.expiresAt !== undefined)
        expect(changed.expiresAt && changed.expiresAt <= changer.expiresAt).toBe(true);
      for (const name of ['plan', 'issued_by']) expect(after.customClaims[name]).toBe(changed.customClaims[name]);
    }),
    runs,
  );
});

test('a change that names nothing new leaves the claims as they are', () => {
  fc.assert(
    fc.property(caller, (key) => {
      const all: Caller = {
        ...key,
        customClaims: { ...key.customClaims, scope: `${key.customClaims['scope'] ?? ''} keys:users` },
      };
      const amended = amend(all, key, {});
      expect(amended).toEqual({ ok: true, value: {} }); // a map that is sent would undo what another sets meanwhile
      const { customClaims } = all;
      const scope = scopeOf(key);
      expect(amend({ ...all, customClaims }, key, { scope })).toEqual({
        ok: true,
        value: { customClaims: withScope(key.customClaims, scope) },
      });
    }),
    runs,
  );
});

test('the scope is a matter of whole words', () => {
  const having = (scope: string) => requireScope({ ...admin, customClaims: { scope } }, 'keys:write').ok;
  expect(having('keys:write')).toBe(true);
  expect(having('a keys:write b')).toBe(true);
  for (const scope of ['keys:writer', 'xkeys:write', 'keys:read', 'KEYS:WRITE', 'keys', '*'])
    expect(having(scope)).toBe(false);
});

test('omitting scope and expiry gives no scope, and the maker’s expiry', () => {
  const minted = mint({ ...admin, expiresAt: '2030-01-01T00:00:00.000Z' }, nothing);
  expect(minted).toMatchObject({ ok: true, value: { expiresAt: '2030-01-01T00:00:00.000Z' } });
  if (minted.ok) expect(minted.value.customClaims).not.toHaveProperty('scope');
});

test.each([
  ['a scope that the maker lacks', { ...nothing, scope: ['billing'] }],
  ['another value of a claim that bounds the maker', { ...nothing, customClaims: { env: 'test' } }],
])('refuses %s as beyond_authority', (_what, request) => {
  expect(mint(admin, request)).toMatchObject({ ok: false, failure: { kind: 'beyond_authority' } });
});

test('refuses an expiry later than the maker’s, and takes an equal one', () => {
  const maker = { ...admin, expiresAt: '2030-01-01T00:00:00.000Z' };
  expect(mint(maker, { ...nothing, expiresAt: new Date('2030-01-01T00:00:00.001Z') }).ok).toBe(false);
  expect(mint(maker, { ...nothing, expiresAt: new Date('2030-01-01T00:00:00.000Z') }).ok).toBe(true);
});

test('a key for a user takes keys:users; a user’s key makes keys of that user only, and needs no more for them', () => {
  const writer = { ...admin, customClaims: { scope: 'keys:write' } };
  expect(mint(writer, { ...nothing, userId: 'usr_1' })).toMatchObject({
    failure: { kind: 'insufficient_scope', scope: 'keys:users' },
  });
  expect(mint(admin, { ...nothing, userId: 'usr_1' })).toMatchObject({ ok: true, value: { userId: 'usr_1' } });
  expect(mint({ ...writer, userId: 'usr_1' }, nothing)).toMatchObject({ ok: true, value: { userId: 'usr_1' } });
  expect(mint({ ...admin, userId: 'usr_1' }, { ...nothing, userId: 'usr_2' })).toMatchObject({
    failure: { kind: 'beyond_authority' },
  });
});

test.each(['issued_by', 'rotated_from', 'plan'])('refuses a request that names the reserved claim %s', (name) => {
  const refused = mint(admin, { ...nothing, customClaims: { [name]: 'x' } });
  expect(refused).toMatchObject({ failure: { kind: 'invalid_request', errors: [{ path: `customClaims.${name}` }] } });
});

test('counts the claims that it adds itself against the limit of 20', () => {
  const claims = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`c${index}`, 'x']));
  // env, plan and issued_by come on top
  expect(mint(admin, { ...nothing, customClaims: claims(17) }).ok).toBe(true);
  expect(mint(admin, { ...nothing, customClaims: claims(18) })).toMatchObject({ failure: { kind: 'invalid_request' } });
});

describe('sequences', () => {
  interface Made extends NewKey {
    readonly keyId: string;
  }

  const step = fc.record({
    kind: fc.constantFrom('mint', 'amend', 'succeed'),
    actor: fc.nat({ max: 7 }),
    key: fc.nat({ max: 7 }),
    request: keyRequest,
  });

  /** Lets the keys of a pool act on each other, and returns those that came of it. */
  function play(
    root: Caller,
    others: Caller[],
    steps: (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
  ): Made[] {
    const strangers: Made[] = others.map((other, index) => ({ ...other, keyId: `apit_other${index}` }));
    const descendants: Made[] = [{ ...root, keyId: 'apit_root' }];
    for (const [index, { kind, actor, key: target, request }] of steps.entries()) {
      const maker = descendants[actor % descendants.length];
      const pool = [...descendants, ...strangers];
      const aim = pool[target % pool.length];
      if (!maker || !aim) continue;
      const caller: Caller = { ...maker, roles: [] };
      if (kind !== 'mint' && requireScope(caller, 'keys:write').ok && !sees(caller, aim)) continue; // a 404 on the way
      if (!requireScope(caller, 'keys:write').ok) continue;
      if (kind === 'mint') {
        const minted = mint(caller, request);
        if (minted.ok) descendants.push({ ...minted.value, keyId: `apit_${index}` });
      } else if (kind === 'succeed') {
        const next = succeed(caller, aim, aim.keyId, request.expiresAt);
        if (next.ok) descendants.push({ ...next.value, keyId: `apit_${index}` });
      } else {
        const { scope, customClaims } = request;
        const amended = amend(caller, aim, { scope, customClaims });
        if (!amended.ok) continue;
        // Whoever changes a key has power over it from now on.
        const changed = { ...aim, customClaims: amended.value.customClaims ?? aim.customClaims };
        const known = descendants.findIndex(({ keyId }) => keyId === aim.keyId);
        if (known >= 0) descendants[known] = changed;
        else descendants.push(changed);
      }
    }
    return descendants;
  }

  test('whatever keys do to each other, none that came of one reaches beyond it', () => {
    fc.assert(
      fc.property(
        caller,
        fc.array(caller, { maxLength: 4 }),
        fc.array(step, { maxLength: 12 }),
        (root, others, steps) => {
          for (const made of play(root, others, steps)) {
            expect(made.organizationId).toBe(root.organizationId);
            if (root.userId !== undefined) expect(made.userId).toBe(root.userId);
            if (made.userId !== root.userId) expect(scopeOf(root)).toContain('keys:users');
            for (const word of scopeOf(made)) expect(scopeOf(root)).toContain(word);
            for (const [name, value] of Object.entries(root.customClaims)) {
              if (!reserved.includes(name)) expect(made.customClaims[name]).toBe(value);
            }
            if (root.expiresAt !== undefined) {
              expect(Date.parse(made.expiresAt ?? '')).toBeLessThanOrEqual(Date.parse(root.expiresAt));
            }
          }
        },
      ),
      runs,
    );
  });
});

describe('an operator', () => {
  const operator = { userArn: 'arn:aws:iam::123456789012:user/operator', organizationId: 'org_1' };

  test('sees and makes whatever there is of the organization of its route, and nothing of another', () => {
    fc.assert(
      fc.property(caller, keyRequest, (key, request) => {
        expect(sees(operator, key)).toBe(key.organizationId === 'org_1');
        const made = mint(operator, request);
        const named = Object.keys(request.customClaims);
        expect(made.ok).toBe(!named.includes('issued_by') && !named.includes('rotated_from'));
        if (made.ok) expect(made.value).toMatchObject({ organizationId: 'org_1' });
        if (made.ok) expect(made.value.customClaims).toMatchObject({ issued_by: 'operator' });
        expect(amend(operator, key, { scope: ['any'] }).ok).toBe(key.organizationId === 'org_1');
        expect(succeed(operator, key, 'apit_9').ok).toBe(key.organizationId === 'org_1');
      }),
      runs,
    );
  });

  test('is held to the limits, sets the plan, and keeps who made a key', () => {
    const claims = Object.fromEntries(Array.from({ length: 19 }, (_, index) => [`c${index}`, 'x']));
    expect(mint(operator, { customClaims: claims, scope: ['a'] })).toMatchObject({
      failure: { kind: 'invalid_request' },
    });
    const key = { organizationId: 'org_1', customClaims: { plan: 'free', issued_by: 'apit_1', env: 'a' } };
    expect(amend(operator, key, { customClaims: { team: 'x' } })).toMatchObject({
      ok: true,
      value: { customClaims: { plan: 'free', issued_by: 'apit_1', team: 'x' } }, // kept unless named
    });
    expect(amend(operator, key, { customClaims: { plan: 'pro' } })).toMatchObject({
      ok: true,
      value: { customClaims: { plan: 'pro', issued_by: 'apit_1' } },
    });
    expect(succeed(operator, key, 'apit_9')).toMatchObject({
      ok: true,
      value: { customClaims: { ...key.customClaims, rotated_from: 'apit_9' } },
    });
  });
});

test('no key rotates one of another plan: not a better one, and not one without', () => {
  const withPlan = (plan?: string) => ({ ...admin, customClaims: { scope: 'keys:write', ...(plan ? { plan } : {}) } });
  expect(succeed(withPlan('free'), withPlan('pro'), 'apit_7')).toMatchObject({ failure: { kind: 'beyond_authority' } });
  expect(succeed(withPlan('free'), withPlan(), 'apit_7')).toMatchObject({ failure: { kind: 'beyond_authority' } });
  expect(succeed(withPlan('free'), withPlan('free'), 'apit_7').ok).toBe(true);
});

test('a successor is its predecessor again, but for who made it and what it was rotated from', () => {
  const key = { ...admin, description: 'CI', expiresAt: '2030-01-01T00:00:00.000Z' };
  const { organizationId, description, expiresAt, customClaims } = key;
  expect(succeed(admin, key, 'apit_7')).toEqual({
    ok: true,
    value: {
      organizationId,
      description,
      expiresAt,
      customClaims: { ...customClaims, issued_by: admin.keyId, rotated_from: 'apit_7' },
    },
  });
});
