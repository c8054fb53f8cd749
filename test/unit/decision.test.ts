import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { decide } from '../../functions/authorizer/decision.ts';
import { refusedKeys } from '../../shared/authentication/refused-keys.ts';
import type { DecisionCache } from '../../shared/decision-cache/decision-cache.ts';
import type { Outage } from '../../shared/failure.ts';
import type { KeyInfo } from '../../shared/key.ts';
import { createMetrics } from '../../shared/metrics.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { breaker } from '../../shared/scalekit/breaker.ts';

const key: KeyInfo = { keyId: 'apit_1', organizationId: 'org_1', customClaims: {}, roles: [], suffix: 'abcd' };

const request = (authorization: string, resource = '/notes') =>
  ({
    resource,
    headers: { Authorization: authorization },
    requestContext: { identity: { sourceIp: '192.0.2.1' } },
  }) as unknown as APIGatewayRequestAuthorizerEvent;

/** A cache that is switched off. */
const noCache: DecisionCache = {
  open: () => {},
  read: async () => ({ isHit: false, reason: 'off' }),
  remember: async () => 'off',
  refused: async () => 'off',
};

type Found = Result<KeyInfo | undefined, Outage>;

/** Services whose Scalekit always gives one answer, and collects its calls. */
function servicesWith(given: Found | (() => Found), cache: DecisionCache = noCache) {
  const asked: string[] = [];
  const lookUp = async (presented: string) => {
    asked.push(presented);
    return typeof given === 'function' ? given() : given;
  };
  const directory = { deadlineMs: 1, lookUp, list: () => Promise.reject(new Error('not asked for')) };
  const scalekit = async () => directory;
  const services = { scalekit, cache, refused: refusedKeys(), graceBreaker: breaker(), metrics: createMetrics() };
  return { asked, services };
}

test('allows the caller of an active key', async () => {
  const { services } = servicesWith(ok(key));
  expect(await decide(request('Bearer plain'), services)).toEqual({ outcome: 'allowed', caller: key, by: 'scalekit' });
});

test.each([
  ['a key that Scalekit does not know', undefined],
  ['a token id, although Scalekit knows it', { ...key, keyId: 'plain' }],
  ['a key that has expired by our clock', { ...key, expiresAt: new Date(Date.now() - 1).toISOString() }],
])('denies %s, and does not ask Scalekit again at once', async (_what, found) => {
  const { services, asked } = servicesWith(ok(found));
  for (const _ of [1, 2])
    expect(await decide(request('Bearer plain'), services)).toEqual({ outcome: 'denied', code: 'invalid_token' });
  expect(asked).toHaveLength(1);
});

test('a wrong address is denied with the key’s identity, and the key is not remembered as refused', async () => {
  const bound = { ...key, customClaims: { allowed_ips: '10.0.0.0/8' } };
  const { services, asked } = servicesWith(ok(bound));
  for (const _ of [1, 2])
    expect(await decide(request('Bearer plain'), services)).toEqual({
      outcome: 'denied',
      code: 'address_not_allowed',
      known: { keyId: 'apit_1', organizationId: 'org_1' },
    });
  expect(asked).toHaveLength(2);
});

test('a suspended key is denied with its identity, is not remembered as refused, and works once it is resumed', async () => {
  let suspended = 'true';
  const { services, asked } = servicesWith(() => ok({ ...key, customClaims: { suspended } }));
  for (const _ of [1, 2])
    expect(await decide(request('Bearer plain'), services)).toEqual({
      outcome: 'denied',
      code: 'key_suspended',
      known: { keyId: 'apit_1', organizationId: 'org_1' },
    });
  suspended = 'false';
  expect(await decide(request('Bearer plain'), services)).toMatchObject({ outcome: 'allowed' });
  expect(asked).toHaveLength(3);
});

test.each(['false', 'yes', 'TRUE', ''])('a claim suspended = "%s" does not suspend', async (suspended) => {
  const { services } = servicesWith(ok({ ...key, customClaims: { suspended } }));
  expect(await decide(request('Bearer plain'), services)).toMatchObject({ outcome: 'allowed' });
});

test('in an outage a key is neither allowed nor denied, and Scalekit is asked again', async () => {
  const cause = new Error('down');
  const { services, asked } = servicesWith(fail({ kind: 'upstream_unavailable', reason: 'unreachable', cause }));
  for (const _ of [1, 2])
    expect(await decide(request('Bearer plain'), services)).toEqual({
      outcome: 'outage',
      reason: 'unreachable',
      cause,
    });
  expect(asked).toHaveLength(2);
});

test.each([
  ['no Authorization header', { Other: 'x' }, 'missing_credentials'],
  ['another scheme', { Authorization: 'Token abc' }, 'malformed_credentials'],
  ['a string that cannot be a key', { Authorization: 'Bearer a b' }, 'invalid_token'],
])('%s is denied as %s', async (_what, headers, code) => {
  const { services } = servicesWith(ok(key));
  expect(await decide({ ...request(''), headers }, services)).toEqual({ outcome: 'denied', code });
});

test('does not ask Scalekit about a credential that cannot be a key', async () => {
  const { services, asked } = servicesWith(ok(key));
  expect(await decide(request('Basic dXNlcg=='), services)).toMatchObject({ outcome: 'denied' });
  expect(await decide(request('Bearer apit_1'), services)).toMatchObject({ outcome: 'denied' });
  expect(asked).toEqual([]);
});

describe('with a cached decision', () => {
  const cached = { ...key, keyId: 'apit_2' };
  const hit: DecisionCache = { ...noCache, read: async () => ({ isHit: true, caller: cached, ageMs: 1 }) };
  const graceful: DecisionCache = {
    ...noCache,
    read: async () => ({ isHit: false, reason: 'old', inOutage: { caller: cached, ageMs: 600_000 } }),
  };
  const outage = (reason: string) => fail({ kind: 'upstream_unavailable' as const, reason, cause: undefined });

  test('Scalekit is neither asked nor loaded', async () => {
    const { services } = servicesWith(ok(key), hit);
    const scalekit = () => Promise.reject(new Error('loaded'));
    const decision = await decide(request('Bearer plain'), { ...services, scalekit });
    expect(decision).toEqual({ outcome: 'allowed', caller: cached, by: 'cache' });
  });

  test.each(['/keys', '/keys/{keyId}', '/keys/{keyId}/rotate', '/keys/revoke', ''])(
    'Scalekit is still asked for %s',
    async (resource) => {
      const { services } = servicesWith(ok(key), hit);
      const decision = await decide(request('Bearer plain', resource), services);
      expect(decision).toEqual({ outcome: 'allowed', caller: key, by: 'scalekit' });
    },
  );

  test('a route that only starts like a key route may use the decision', async () => {
    const { services, asked } = servicesWith(ok(key), hit);
    await decide(request('Bearer plain', '/keysmith'), services);
    expect(asked).toEqual([]);
  });

  test.each([
    ['has expired since the decision', { expiresAt: new Date(Date.now() - 1).toISOString() }, 'invalid_token'],
    [
      'may not be used from the caller’s address',
      { customClaims: { allowed_ips: '10.0.0.0/8' } },
      'address_not_allowed',
    ],
  ])('a key that %s is denied', async (_what, more, code) => {
    const cache: DecisionCache = {
      ...noCache,
      read: async () => ({ isHit: true, caller: { ...key, ...more }, ageMs: 1 }),
    };
    const { services } = servicesWith(ok(key), cache);
    expect(await decide(request('Bearer plain'), services)).toMatchObject({ outcome: 'denied', code });
  });

  test('an older decision is used while Scalekit is unreachable, and after three outages without a call', async () => {
    const { services, asked } = servicesWith(outage('unreachable'), graceful);
    for (const _ of [1, 2, 3, 4])
      expect(await decide(request('Bearer plain'), services)).toEqual({
        outcome: 'allowed',
        caller: cached,
        by: 'grace',
      });
    expect(asked).toHaveLength(3);
  });

  test.each(['credentials_refused', 'permission_denied'])(
    'an older decision is not used in an outage by %s',
    async (reason) => {
      const { services } = servicesWith(outage(reason), graceful);
      for (const _ of [1, 2, 3, 4, 5, 6])
        expect(await decide(request('Bearer plain'), services)).toMatchObject({ outcome: 'outage', reason });
    },
  );

  test('an older decision is not used if Scalekit refuses the key, and the key is marked', async () => {
    const marked: string[] = [];
    const refused = async (plain: string) => {
      marked.push(plain);
      return 'marked' as const;
    };
    const { services } = servicesWith(ok(undefined), { ...graceful, refused });
    expect(await decide(request('Bearer plain'), services)).toEqual({ outcome: 'denied', code: 'invalid_token' });
    expect(marked).toEqual(['plain']);
  });

  test('Scalekit’s answer is kept with the time of the question', async () => {
    const kept: unknown[] = [];
    const remember = async (...what: unknown[]) => {
      kept.push(what);
      return 'remembered' as const;
    };
    const { services } = servicesWith(ok(key), { ...noCache, remember });
    const before = Date.now();
    await decide(request('Bearer plain'), services);
    expect(kept).toEqual([['plain', key, expect.any(Number)]]);
    const [[, , beganAt]] = kept as [[string, KeyInfo, number]];
    expect(beganAt).toBeGreaterThanOrEqual(before);
  });
});
