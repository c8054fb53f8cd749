import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import { decide } from '../../functions/authorizer/decision.ts';
import { refusedKeys } from '../../shared/authentication/refused-keys.ts';
import type { Outage } from '../../shared/failure.ts';
import type { KeyInfo } from '../../shared/key.ts';
import { fail, ok, type Result } from '../../shared/result.ts';

const key: KeyInfo = { keyId: 'apit_1', organizationId: 'org_1', customClaims: {}, roles: [], suffix: 'abcd' };

const request = (authorization: string) =>
  ({
    headers: { Authorization: authorization },
    requestContext: { identity: { sourceIp: '192.0.2.1' } },
  }) as unknown as APIGatewayRequestAuthorizerEvent;

/** Services whose Scalekit gives one answer, and counts how often it is asked. */
function servicesWith(answer: Result<KeyInfo | undefined, Outage>) {
  const asked: string[] = [];
  const lookUp = async (presented: string) => {
    asked.push(presented);
    return answer;
  };
  const scalekit = { deadlineMs: 1, lookUp, list: () => Promise.reject(new Error('not asked for')) };
  return { asked, services: { scalekit, refused: refusedKeys() } };
}

test('allows the caller of an active key', async () => {
  const { services } = servicesWith(ok(key));
  expect(await decide(request('Bearer plain'), services)).toEqual({ outcome: 'allowed', caller: key });
});

test.each([
  ['a key that Scalekit does not know', undefined],
  ['a token id, though Scalekit knows it', { ...key, keyId: 'plain' }],
  ['a key that has expired by our clock', { ...key, expiresAt: new Date(Date.now() - 1).toISOString() }],
])('denies %s, and does not ask again at once', async (_what, found) => {
  const { services, asked } = servicesWith(ok(found));
  for (const _ of [1, 2])
    expect(await decide(request('Bearer plain'), services)).toEqual({ outcome: 'denied', code: 'invalid_token' });
  expect(asked).toHaveLength(1);
});

test('a wrong address is denied with the key’s identity, and the key is not remembered as bad', async () => {
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

test('an outage is no word on the key: neither allowed nor denied, and asked again', async () => {
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

test('asks nobody about a credential that cannot be a key', async () => {
  const { services, asked } = servicesWith(ok(key));
  expect(await decide(request('Basic dXNlcg=='), services)).toMatchObject({ outcome: 'denied' });
  expect(await decide(request('Bearer apit_1'), services)).toMatchObject({ outcome: 'denied' });
  expect(asked).toEqual([]);
});
