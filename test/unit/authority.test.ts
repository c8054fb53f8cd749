import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KeyCaller as Caller } from '../../shared/authentication/caller.ts';
import { amend, type KeyChange, mint, succeed } from '../../shared/authorization/authority.ts';
import { requireScope, sees } from '../../shared/authorization/sight.ts';
import { scopeOf, withScope } from '../../shared/key-claims.ts';
import { runs } from '../support/runs.ts';
import { caller, key, keyRequest } from './arbitraries.ts';

const many = { numRuns: runs(1000) };
const reserved = ['scope', 'issued_by', 'rotated_from', 'plan', 'suspended'];
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
    many,
  );
});

test('a request within its maker’s authority is granted', () => {
  fc.assert(
    fc.property(caller, (maker) => {
      const asked = { customClaims: Object.fromEntries(boundaryOf(maker.customClaims)), scope: scopeOf(maker) };
      expect(mint(maker, asked).ok).toBe(true);
      expect(mint(maker, nothing).ok).toBe(true);
    }),
    many,
  );
});

test('a maker sees every key that it minted', () => {
  fc.assert(
    fc.property(caller, keyRequest, (maker, request) => {
      const minted = mint(maker, request);
      if (minted.ok) expect(sees(maker, minted.value)).toBe(true);
    }),
    many,
  );
});

test('a maker sees every key that its minted keys see, along a chain of any length', () => {
  fc.assert(
    fc.property(caller, fc.array(keyRequest, { minLength: 1, maxLength: 5 }), key, (root, requests, seen) => {
      let holder = root;
      for (const [index, request] of requests.entries()) {
        const minted = mint(holder, request);
        if (minted.ok) holder = { ...minted.value, keyId: `apit_${index}`, roles: [] };
      }
      if (sees(holder, seen)) expect(sees(root, seen)).toBe(true);
    }),
    many,
  );
});

test('no caller sees a key of another organization, of another user, or without its boundary claims', () => {
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
    many,
  );
});

test('a changed key is within its changer’s authority before and after, and keeps its reserved claims', () => {
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
    many,
  );
});

test('a change without new values leaves the claims unchanged', () => {
  fc.assert(
    fc.property(caller, (key) => {
      const all: Caller = {
        ...key,
        customClaims: { ...key.customClaims, scope: `${key.customClaims['scope'] ?? ''} keys:users` },
      };
      const amended = amend(all, key, {});
      expect(amended).toEqual({ ok: true, value: {} }); // sending the claims would undo a simultaneous change
      const { customClaims } = all;
      const scope = scopeOf(key);
      expect(amend({ ...all, customClaims }, key, { scope })).toEqual({
        ok: true,
        value: { customClaims: withScope(key.customClaims, scope) },
      });
    }),
    many,
  );
});

test('a scope is matched by whole words', () => {
  const having = (scope: string) => requireScope({ ...admin, customClaims: { scope } }, 'keys:write').ok;
  expect(having('keys:write')).toBe(true);
  expect(having('a keys:write b')).toBe(true);
  for (const scope of ['keys:writer', 'xkeys:write', 'keys:read', 'KEYS:WRITE', 'keys', '*'])
    expect(having(scope)).toBe(false);
});

test('a request without scope and expiry gets no scope and the maker’s expiry', () => {
  const minted = mint({ ...admin, expiresAt: '2030-01-01T00:00:00.000Z' }, nothing);
  expect(minted).toMatchObject({ ok: true, value: { expiresAt: '2030-01-01T00:00:00.000Z' } });
  if (minted.ok) expect(minted.value.customClaims).not.toHaveProperty('scope');
});

test.each([
  ['a scope that the maker lacks', { ...nothing, scope: ['billing'] }],
  ['another value of a boundary claim of the maker', { ...nothing, customClaims: { env: 'test' } }],
])('refuses %s as beyond_authority', (_what, request) => {
  expect(mint(admin, request)).toMatchObject({ ok: false, failure: { kind: 'beyond_authority' } });
});

test('refuses an expiry later than the maker’s, and accepts an equal one', () => {
  const maker = { ...admin, expiresAt: '2030-01-01T00:00:00.000Z' };
  expect(mint(maker, { ...nothing, expiresAt: new Date('2030-01-01T00:00:00.001Z') }).ok).toBe(false);
  expect(mint(maker, { ...nothing, expiresAt: new Date('2030-01-01T00:00:00.000Z') }).ok).toBe(true);
});

test('a key for a user needs keys:users; a user’s key makes keys only of that user, without keys:users', () => {
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

test.each(['issued_by', 'rotated_from', 'plan', 'suspended'])(
  'refuses a request that names the reserved claim %s',
  (name) => {
    const refused = mint(admin, { ...nothing, customClaims: { [name]: 'x' } });
    expect(refused).toMatchObject({ failure: { kind: 'invalid_request', errors: [{ path: `customClaims.${name}` }] } });
  },
);

const claims = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`c${index}`, 'x']));

test('keeps room among the 20 claims for every reserved claim, so that every new key can be rotated', () => {
  // With the inherited env there are 16 claims. The reserved claims are 4.
  const full = mint(admin, { ...nothing, customClaims: claims(15) });
  if (!full.ok) throw new Error('not made');
  expect(mint(admin, { ...nothing, customClaims: claims(16) })).toMatchObject({ failure: { kind: 'invalid_request' } });
  expect(mint(admin, { scope: ['keys:read'], customClaims: claims(15) }).ok).toBe(false);
  const rotated = succeed(admin, full.value, 'apit_7');
  expect(rotated.ok).toBe(true);
  const operator = { userArn: 'arn:aws:iam::1:user/x', organizationId: 'org_1' };
  for (const actor of [admin, operator]) {
    const grown = amend(actor, full.value, { customClaims: { env: 'prod', ...claims(16) } });
    expect(grown).toMatchObject({ failure: { kind: 'invalid_request' } });
    expect(amend(actor, full.value, { customClaims: { env: 'prod', ...claims(15) } }).ok).toBe(true);
  }
  // A key made without that room can still be narrowed, and rotated while its claims fit.
  const old = {
    organizationId: 'org_1',
    customClaims: { ...claims(16), plan: 'free', env: 'prod', scope: 'keys:read' },
  };
  expect(amend(admin, old, { scope: [] }).ok).toBe(true);
  expect(succeed(admin, old, 'apit_7')).toMatchObject({ failure: { kind: 'invalid_request' } });
  expect(
    succeed(admin, { ...old, customClaims: { ...claims(15), plan: 'free', env: 'prod', scope: 'keys:read' } }, 'x').ok,
  ).toBe(true);
});

describe('a change by a key', () => {
  const plain = { ...admin, customClaims: { scope: 'keys:read keys:write', plan: 'free' } };
  const key = {
    ...plain,
    customClaims: { ...plain.customClaims, scope: 'keys:read', team: 'x', allowed_ips: '10.0.0.0/8' },
  };
  const scopeAfter = (by: Caller, change: KeyChange) => amend(by, key, change);
  const beyond = { failure: { kind: 'beyond_authority', detail: expect.stringContaining('create a new key') } };
  const same = { team: 'x', allowed_ips: '10.0.0.0/8' };

  test.each<[string, KeyChange]>([
    ['gives a scope, although the caller has it', { scope: ['keys:read', 'keys:write'] }],
    ['drops a claim', { customClaims: { allowed_ips: '10.0.0.0/8' } }],
    ['drops every claim', { customClaims: {} }],
    ['changes a claim', { customClaims: { ...same, team: 'y' } }],
    ['drops allowed_ips', { customClaims: { team: 'x' } }],
    ['widens allowed_ips', { customClaims: { ...same, allowed_ips: '10.0.0.0/7' } }],
    ['adds a range to allowed_ips', { customClaims: { ...same, allowed_ips: '10.0.0.0/8 192.0.2.0/24' } }],
    ['replaces allowed_ips with other ranges', { customClaims: { ...same, allowed_ips: '192.0.2.0/24' } }],
    ['narrows one thing and widens another', { scope: [], customClaims: {} }],
  ])('that %s is beyond_authority', (_what, change) => {
    expect(scopeAfter(plain, change)).toMatchObject(beyond);
  });

  test.each<[string, KeyChange, Record<string, string>]>([
    ['removes the scope', { scope: [] }, { plan: 'free', ...same }],
    ['adds a claim', { customClaims: { ...same, env: 'a' } }, { ...key.customClaims, env: 'a' }],
    [
      'narrows allowed_ips to ranges within an old one',
      { customClaims: { ...same, allowed_ips: '10.1.0.0/16 10.2.0.1/32' } },
      { ...key.customClaims, allowed_ips: '10.1.0.0/16 10.2.0.1/32' },
    ],
  ])('that %s is made', (_what, change, after) => {
    expect(scopeAfter(plain, change)).toEqual({ ok: true, value: { customClaims: after } });
  });

  test('needs the same plan for any change', () => {
    for (const plan of ['pro', undefined]) {
      const { plan: _plan, ...rest } = plain.customClaims;
      const other = { ...plain, customClaims: { ...rest, ...(plan ? { plan } : {}) } };
      for (const change of [{ description: 'mine' }, { scope: [] }])
        expect(scopeAfter(other, change)).toMatchObject({ failure: { kind: 'beyond_authority' } });
    }
  });

  test('is restricted, while a change by an operator may widen a key', () => {
    const operator = { userArn: 'arn:aws:iam::1:user/x', organizationId: 'org_1' };
    expect(amend(operator, key, { scope: ['any'], customClaims: {} })).toEqual({
      ok: true,
      value: { customClaims: { scope: 'any', plan: 'free' } },
    });
  });
});

describe('an operator', () => {
  const operator = { userArn: 'arn:aws:iam::123456789012:user/operator', organizationId: 'org_1' };

  test('sees and makes all keys of the organization of its route, and none of another', () => {
    fc.assert(
      fc.property(caller, keyRequest, (key, request) => {
        expect(sees(operator, key)).toBe(key.organizationId === 'org_1');
        const made = mint(operator, request);
        const named = Object.keys(request.customClaims);
        expect(made.ok).toBe(!['issued_by', 'rotated_from', 'suspended'].some((name) => named.includes(name)));
        if (made.ok) expect(made.value).toMatchObject({ organizationId: 'org_1' });
        if (made.ok) expect(made.value.customClaims).toMatchObject({ issued_by: 'operator' });
        expect(amend(operator, key, { scope: ['any'] }).ok).toBe(key.organizationId === 'org_1');
        expect(succeed(operator, key, 'apit_9').ok).toBe(key.organizationId === 'org_1');
      }),
      many,
    );
  });

  test('must respect the limits, sets the plan, and keeps the record of a key’s maker', () => {
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

test('a key with a plan rotates no key with another plan, and none without a plan', () => {
  const withPlan = (plan?: string) => ({ ...admin, customClaims: { scope: 'keys:write', ...(plan ? { plan } : {}) } });
  expect(succeed(withPlan('free'), withPlan('pro'), 'apit_7')).toMatchObject({ failure: { kind: 'beyond_authority' } });
  expect(succeed(withPlan('free'), withPlan(), 'apit_7')).toMatchObject({ failure: { kind: 'beyond_authority' } });
  expect(succeed(withPlan('free'), withPlan('free'), 'apit_7').ok).toBe(true);
});

test('a successor equals its predecessor, except for issued_by and rotated_from', () => {
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

test('a key suspends only what it may change, resumes nothing, and a suspension changes no other claim', () => {
  fc.assert(
    fc.property(caller, caller, fc.boolean(), (changer, changed, suspended) => {
      const amended = amend(changer, changed, { suspended });
      expect(amended.ok).toBe(suspended && amend(changer, changed, {}).ok);
      if (!amended.ok) return;
      const { suspended: value, ...others } = amended.value.customClaims ?? {};
      expect(value).toBe('true');
      expect(others).toEqual(changed.customClaims);
    }),
    many,
  );
});

test('an operator resumes every key, and no other change resumes', () => {
  const operator = { userArn: 'arn:aws:iam::1:user/o', organizationId: 'org_1' };
  fc.assert(
    fc.property(caller, caller, keyRequest, (changer, changed, { customClaims, scope }) => {
      const suspended = { ...changed, customClaims: { ...changed.customClaims, suspended: 'true' } };
      const resumed = amend(operator, { ...suspended, organizationId: 'org_1' }, { suspended: false });
      expect(resumed).toMatchObject({ ok: true, value: { customClaims: { suspended: 'false' } } });
      const amended = amend(changer, suspended, { customClaims, scope });
      if (amended.ok) expect(amended.value.customClaims?.['suspended']).toBe('true');
      const minted = mint(changer, { customClaims: { suspended: 'false' }, scope: [] });
      expect(minted.ok).toBe(false);
      const succeeded = succeed(changer, suspended, 'apit_9');
      if (succeeded.ok) expect(succeeded.value.customClaims['suspended']).toBe('true');
    }),
    many,
  );
});
