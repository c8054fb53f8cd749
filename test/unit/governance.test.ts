import { describe, expect, test } from 'vitest';
import type { KeyCaller as Caller } from '../../shared/authentication/caller.ts';
import { amend, mint, succeed } from '../../shared/authorization/authority.ts';
import { hasBoundary } from '../../shared/authorization/sight.ts';
import type { Governed } from '../../shared/key.ts';

// Each single reason for which an actor may not rotate, change or create a key, with the sentence that a customer reads. The
// property tests in authority.test.ts hold the whole; these hold each part alone.

const actor: Caller = {
  keyId: 'apit_1',
  organizationId: 'org_1',
  customClaims: { scope: 'keys:write keys:users read', env: 'prod', plan: 'pro' },
  roles: [],
  expiresAt: '2030-01-01T00:00:00.000Z',
};
const key: Governed = {
  organizationId: 'org_1',
  customClaims: { scope: 'read', env: 'prod', plan: 'pro', issued_by: 'apit_1' },
  expiresAt: '2029-01-01T00:00:00.000Z',
};
const withClaims = (claims: Record<string, string>, of = actor) => ({
  ...of,
  customClaims: { ...of.customClaims, ...claims },
});
const organizationsOnly = withClaims({ scope: 'keys:write read' });
const beyond = (detail: RegExp) => ({
  ok: false,
  failure: { kind: 'beyond_authority', detail: expect.stringMatching(detail) },
});
const invalid = (path: string, message: RegExp) => ({
  ok: false,
  failure: { kind: 'invalid_request', errors: [{ path, message: expect.stringMatching(message) }] },
});

describe.each([
  ['to rotate', (by: Caller, governed: Governed) => succeed(by, governed, 'apit_2')],
  ['to change', (by: Caller, governed: Governed) => amend(by, governed, { description: 'x' })],
] as const)('%s a key', (_what, act) => {
  test('the actor needs no more than what the key has', () => {
    expect(act(actor, key).ok).toBe(true);
    expect(act(actor, { ...key, userId: 'usr_1' }).ok).toBe(true);
    expect(act(organizationsOnly, key).ok).toBe(true);
    expect(act(actor, { ...key, expiresAt: actor.expiresAt ?? '' }).ok).toBe(true);
    const { expiresAt: _expiry, ...forever } = actor;
    expect(act(forever, key).ok).toBe(true);
  });

  test('the actor must see it', () => {
    expect(act(actor, { ...key, organizationId: 'org_2' })).toMatchObject(beyond(/caller/));
    expect(act(actor, withClaims({ env: 'dev' }, key as Caller))).toMatchObject(beyond(/caller/));
  });

  test('the actor needs keys:users for a key of a user', () => {
    const failure = { kind: 'insufficient_scope', scope: 'keys:users' };
    expect(act(organizationsOnly, { ...key, userId: 'usr_1' })).toEqual({ ok: false, failure });
    const ofUser = { ...organizationsOnly, userId: 'usr_1' };
    expect(act(ofUser, { ...key, userId: 'usr_1' }).ok).toBe(true); // its own user's
  });

  test('the actor needs each scope word of the key', () => {
    expect(act(actor, withClaims({ scope: 'read admin' }, key as Caller))).toMatchObject(beyond(/"admin"/));
  });

  test('the actor needs the same plan', () => {
    expect(act(actor, withClaims({ plan: 'free' }, key as Caller))).toMatchObject(beyond(/plan/));
  });

  test('the actor must not expire before it', () => {
    expect(act(actor, { ...key, expiresAt: '2030-01-01T00:00:00.001Z' })).toMatchObject(beyond(/later/));
    const { expiresAt: _expiry, ...forever } = key;
    expect(act(actor, forever)).toMatchObject(beyond(/later/));
  });
});

describe('to create a key', () => {
  const request = { customClaims: {}, scope: [] };

  test('the maker needs each scope word', () => {
    expect(mint(actor, { ...request, scope: ['read', 'admin'] })).toMatchObject(beyond(/"admin"/));
  });

  test('the maker’s boundary claims keep their values', () => {
    expect(mint(actor, { ...request, customClaims: { env: 'dev' } })).toMatchObject(beyond(/"env"/));
    expect(mint(actor, { ...request, customClaims: { env: 'prod' } }).ok).toBe(true);
  });

  test('no reserved claim may be sent', () => {
    const sent = { ...request, customClaims: { plan: 'free' } };
    expect(mint(actor, sent)).toMatchObject(invalid('customClaims.plan', /reserved/));
  });

  test('a user’s key creates keys of that user only', () => {
    const ofUser = { ...actor, userId: 'usr_1' };
    expect(mint(ofUser, { ...request, userId: 'usr_2' })).toMatchObject(beyond(/user/));
    expect(mint(ofUser, { ...request, userId: 'usr_1' })).toMatchObject({ ok: true, value: { userId: 'usr_1' } });
  });

  test('it does not outlive the maker', () => {
    const later = { ...request, expiresAt: new Date('2030-01-01T00:00:00.001Z') };
    expect(mint(actor, later)).toMatchObject(beyond(/2030-01-01T00:00:00.000Z/));
  });

  test('a key without a plan has no claim of that name, and its keys have none', () => {
    const { plan: _plan, ...customClaims } = actor.customClaims;
    const made = mint({ ...actor, customClaims }, request);
    expect(made.ok && Object.keys(made.value.customClaims ?? {})).not.toContain('plan');
  });

  test('an operator creates a key of any user', () => {
    const operator = { userArn: 'arn:aws:iam::123456789012:user/ops', organizationId: 'org_1' };
    expect(mint(operator, { ...request, userId: 'usr_1' })).toMatchObject({ ok: true, value: { userId: 'usr_1' } });
    expect(mint(operator, request)).toMatchObject({ ok: true, value: { organizationId: 'org_1' } });
  });
});

describe('the limits of claims', () => {
  const claims = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`c${at}`, 'x']));

  test('are told with the field and the numbers', () => {
    const operator = { userArn: 'arn:aws:iam::123456789012:user/ops', organizationId: 'org_1' };
    const request = { customClaims: claims(17), scope: [] };
    expect(mint(operator, request)).toMatchObject(invalid('customClaims', /17.*16/));
    const full = { ...key, customClaims: { ...claims(19), issued_by: 'apit_9' } };
    expect(succeed(operator, full, 'apit_2')).toMatchObject(invalid('keyId', /21.*20/));
  });

  test('do not stop a change that adds no claim to a key that was made with more', () => {
    const operator = { userArn: 'arn:aws:iam::123456789012:user/ops', organizationId: 'org_1' };
    const full = { ...key, customClaims: { ...claims(18), issued_by: 'apit_9' } };
    expect(amend(operator, full, { customClaims: { ...claims(18), c0: 'y' } }).ok).toBe(true);
    expect(amend(operator, full, { customClaims: claims(19) }).ok).toBe(false);
  });
});

test('a change without a description has none', () => {
  const changed = amend(actor, key, { customClaims: { env: 'prod', team: 'a' } });
  expect(changed.ok && Object.keys(changed.value)).toEqual(['customClaims']);
});

test('only allowed_ips may change its value, and only to ranges within', () => {
  const bound = withClaims({ network: '10.0.0.0/8', allowed_ips: '10.0.0.0/8' }, key as Caller);
  const change = (claims: Record<string, string>) =>
    amend(actor, bound, { customClaims: { env: 'prod', network: '10.0.0.0/8', allowed_ips: '10.0.0.0/8', ...claims } });
  expect(change({ allowed_ips: '10.1.0.0/16' }).ok).toBe(true);
  expect(change({ network: '10.1.0.0/16' })).toMatchObject(beyond(/"network"/));
});

test('a scope and reserved claims are no boundary', () => {
  expect(hasBoundary(actor)).toBe(true);
  expect(hasBoundary({ ...actor, customClaims: { scope: 'read', plan: 'pro' } })).toBe(false);
  expect(hasBoundary({ userArn: 'arn', organizationId: 'org_1' })).toBe(false);
});
