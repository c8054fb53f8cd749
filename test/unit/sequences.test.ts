import fc from 'fast-check';
import { expect, test } from 'vitest';
import { issuerOf } from '../../shared/authentication/actor.ts';
import { isWithin as isAddressWithin } from '../../shared/authentication/address-ranges.ts';
import type { Caller, KeyCaller } from '../../shared/authentication/caller.ts';
import { amend, mint, succeed } from '../../shared/authorization/authority.ts';
import { requireScope, sees } from '../../shared/authorization/sight.ts';
import { isReserved, isSuspended, scopeOf } from '../../shared/key-claims.ts';
import { runs } from '../support/runs.ts';
import { caller, clientCaller, keyRequest, sessionCaller } from './arbitraries.ts';

// Sequences of operations on a pool of keys, by those keys, by sessions and by clients, which include suspensions.

const step = fc.record({
  kind: fc.constantFrom('mint', 'amend', 'succeed', 'suspend', 'resume'),
  actor: fc.nat({ max: 15 }),
  key: fc.nat({ max: 11 }),
  request: keyRequest,
  /** For a change: keep the current claims, so that many changes only add claims. */
  keeps: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
type Tokens = readonly Caller[];

const boundaryOf = (claims: Readonly<Record<string, string>>) =>
  Object.entries(claims).filter(([name]) => name !== 'scope' && !isReserved(name));

/** One step on the pool, and the actor that took it. */
function take(
  { kind, request, keeps }: Step,
  by: Caller,
  aim: KeyCaller,
  newId: string,
): { readonly key?: KeyCaller; readonly made?: KeyCaller } {
  switch (kind) {
    case 'mint': {
      const minted = mint(by, request);
      return minted.ok ? { made: { ...minted.value, keyId: newId, roles: [] } } : {};
    }
    case 'succeed': {
      const next = succeed(by, aim, aim.keyId, request.expiresAt);
      return next.ok ? { made: { ...next.value, keyId: newId, roles: [] } } : {};
    }
    case 'amend': {
      const kept = keeps ? Object.fromEntries(boundaryOf(aim.customClaims)) : {};
      const amended = amend(by, aim, { scope: request.scope, customClaims: { ...kept, ...request.customClaims } });
      return amended.ok ? { key: { ...aim, customClaims: amended.value.customClaims ?? aim.customClaims } } : {};
    }
    default: {
      const amended = amend(by, aim, { suspended: kind === 'suspend' });
      return amended.ok ? { key: { ...aim, customClaims: amended.value.customClaims ?? aim.customClaims } } : {};
    }
  }
}

/** Plays steps in which any credential acts on any key, and checks each; returns the keys. */
function play(roots: readonly KeyCaller[], tokens: Tokens, steps: readonly Step[]): KeyCaller[] {
  const pool = [...roots];
  for (const [index, one] of steps.entries()) {
    const actors = [...pool, ...tokens];
    const by = actors[one.actor % actors.length];
    const at = one.key % pool.length;
    const aim = pool[at];
    if (!by || !aim || isSuspended(by)) continue; // a 401 on the way
    if (!requireScope(by, 'keys:write').ok || (one.kind !== 'mint' && !sees(by, aim))) continue; // a 403 or 404
    const { key, made } = take(one, by, aim, `apit_made${index}`);
    if (key) {
      if (isSuspended(aim) && !isSuspended(key)) expect(by.credential).toBe('session');
      pool[at] = key;
    }
    if (made) {
      expect(made.customClaims['issued_by']).toBe(issuerOf(by));
      if (one.kind === 'succeed') expect(isSuspended(made)).toBe(isSuspended(aim));
      pool.push(made);
    }
  }
  return pool;
}

const somewhere = ['10.0.0.1', '10.1.0.1', '192.0.2.1', '198.51.100.1', '2001:db8::1'];

/** Reports whether a key has no more authority than one of the first credentials, in every dimension at once. */
function isWithin(key: KeyCaller, root: Caller): boolean {
  const isOfUser = key.userId === root.userId || (root.userId === undefined && scopeOf(root).includes('keys:users'));
  const hasBoundary = boundaryOf(root.customClaims).every(([name, value]) =>
    name === 'allowed_ips'
      ? somewhere.every((address) => allows(value, address) || !allows(key.customClaims[name], address))
      : Object.hasOwn(key.customClaims, name) && key.customClaims[name] === value,
  );
  return (
    key.organizationId === root.organizationId &&
    isOfUser &&
    hasBoundary &&
    scopeOf(key).every((word) => scopeOf(root).includes(word)) &&
    key.customClaims['plan'] === root.customClaims['plan'] &&
    // A key may live longer than the token that made it.
    (root.keyId === undefined ||
      root.expiresAt === undefined ||
      Date.parse(key.expiresAt ?? '') <= Date.parse(root.expiresAt))
  );
}
const allows = (ranges: string | undefined, address: string) =>
  ranges === undefined || isAddressWithin(ranges, address);

test('every key that results from any sequence is within the authority of one of the first keys, sessions or clients', () => {
  fc.assert(
    fc.property(
      fc.array(caller, { minLength: 1, maxLength: 4 }),
      fc.array(fc.oneof(sessionCaller, clientCaller), { maxLength: 3 }),
      fc.array(step, { maxLength: 12 }),
      (callers, tokens, steps) => {
        const roots = callers.map((root, index) => ({ ...root, keyId: `apit_root${index}` }));
        const firsts: Caller[] = [...roots, ...tokens];
        for (const key of play(roots, tokens, steps)) expect(firsts.some((first) => isWithin(key, first))).toBe(true);
      },
    ),
    { numRuns: runs(1000) },
  );
});

test('a sequence of sessions alone makes keys of their users only, of clients alone no key of a user without keys:users', () => {
  fc.assert(
    fc.property(fc.oneof(sessionCaller, clientCaller), fc.array(keyRequest, { maxLength: 6 }), (token, requests) => {
      for (const request of requests) {
        const minted = mint(token, request);
        if (!minted.ok) continue;
        expect(minted.value.expiresAt).toBe(request.expiresAt?.toISOString());
        if (token.userId !== undefined) expect(minted.value.userId).toBe(token.userId);
        else if (!scopeOf(token).includes('keys:users')) expect(minted.value).not.toHaveProperty('userId');
      }
    }),
    { numRuns: runs(1000) },
  );
});
