import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bearer } from '../support/client.ts';
import { call, control, createKey, expectProblem, fault, send, target } from './client.ts';

// The API while Scalekit fails. Only the embedded Scalekit can fail on request.
describe.skipIf(!target.controlUrl)('with the embedded Scalekit', () => {
  const calls = async () => (await control('GET')).scalekit.calls;
  /** A key about which no decision is cached. */
  const newKey = async () => (await createKey(target.adminKey, {})).key;

  beforeEach(() => control('DELETE', '/scalekit/calls'));
  afterEach(async () => {
    await fault(undefined);
    const well = async () => [
      await call(target.adminKey, 'POST', '/keys', {}),
      await call(target.adminKey, 'GET', '/keys'),
    ];
    await vi.waitUntil(async () => (await well()).every(({ status }) => status < 300), { timeout: 20_000 }); // until the breakers close
  });

  test('a token id, a malformed key and a key that is too long are refused without a call', async () => {
    const { keyId } = await createKey(target.adminKey, {});
    await control('DELETE', '/scalekit/calls');
    for (const presented of [keyId, keyId.toUpperCase(), 'a b', 'ä', 'a'.repeat(513)]) {
      expectProblem(
        await send('GET', '/whoami', bearer(Buffer.from(presented).toString('latin1'))),
        401,
        'invalid_token',
      );
    }
    expect(await calls()).toEqual({});
  });

  test('a valid request is one call upstream', async () => {
    const [first, second] = [await newKey(), await newKey()];
    await call(first, 'GET', '/whoami'); // a new environment fetches an access token too
    await control('DELETE', '/scalekit/calls');
    expect((await call(second, 'GET', '/whoami')).status).toBe(200);
    expect(await calls()).toEqual({ ValidateToken: 1 });
  });

  test.each(['unavailable', 'unauthenticated', 'permission_denied', 'no_answer', 'close'])(
    '%s is an outage, never a bad key, and ends with the fault',
    async (kind) => {
      const key = await newKey();
      await fault({ kind });
      const answer = await call(key, 'GET', '/whoami');
      expectProblem(answer, 503, 'upstream_unavailable');
      expect(answer.headers['retry-after']).toBe('5');
      await fault(undefined);
      await expect.poll(async () => (await call(key, 'GET', '/whoami')).status, { timeout: 20_000 }).toBe(200);
    },
  );

  test.each(['rate_limited', 'http_429'])(
    'while Scalekit limits us (%s) it gets few calls, and each request gets a Retry-After',
    async (kind) => {
      const limitedMs = 4_000;
      const key = await newKey();
      await fault({ kind, on: ['ValidateToken'], retryAfterSeconds: 1 });
      const until = Date.now() + limitedMs;
      let requests = 0;
      const clients = Array.from({ length: 4 }, async () => {
        for (; Date.now() < until; requests++) {
          const answer = await call(key, 'GET', '/whoami');
          expectProblem(answer, 503, 'upstream_unavailable');
          expect(answer.headers['retry-after']).toBe('5');
        }
      });
      await Promise.all(clients);
      const seen = (await calls())['ValidateToken'];
      expect(seen).toBeGreaterThanOrEqual(1);
      // There is one execution environment per client, or more from earlier tests. Each asks once per second.
      expect(seen).toBeLessThanOrEqual(2 * clients.length * (limitedMs / 1_000));
      expect(seen).toBeLessThan(requests / 2);
    },
  );

  test('a revocation of many keys waits for a limit during its search too', async () => {
    const { key } = await createKey(target.adminKey, { customClaims: { batch: 'limited' } });
    await fault({ kind: 'rate_limited', on: ['ListTokens'], retryAfterSeconds: 1, times: 1 });
    const revoked = await call(target.adminKey, 'POST', '/keys/revoke', { customClaims: { batch: 'limited' } });
    expect(revoked.json).toMatchObject({ revoked: 1, failed: [], remaining: 0 });
    expect((await call(key, 'GET', '/whoami')).status).toBe(401);
  });

  test('a revocation waits for a limit and is retried once', async () => {
    const { key, keyId } = await createKey(target.adminKey, {});
    await control('DELETE', '/scalekit/calls');
    await fault({ kind: 'rate_limited', on: ['InvalidateToken'], retryAfterSeconds: 1, times: 1 });
    expect((await call(target.adminKey, 'DELETE', `/keys/${keyId}`)).status).toBe(204);
    expect((await calls())['InvalidateToken']).toBe(2);
    expect((await call(key, 'GET', '/whoami')).status).toBe(401);
  });

  test.each([
    ['GET', '/keys', 'ListTokens', undefined],
    ['POST', '/keys', 'CreateToken', {}],
    ['DELETE', '/keys/apit_1', 'InvalidateToken', undefined],
  ])('%s %s answers 503 while %s is refused', async (method, path, rpc, body) => {
    const { keyId } = await createKey(target.adminKey, {});
    await fault({ kind: 'permission_denied', on: [rpc] });
    const answer = await call(target.adminKey, method, path.replace('apit_1', keyId), body);
    expectProblem(answer, 503, 'upstream_unavailable');
    expect(answer.headers['retry-after']).toBe('5');
  });

  test.each(['unavailable', 'close', 'no_answer'])(
    'a creation with an unknown outcome (%s) reports outcome_unknown and is not retried',
    async (kind) => {
      await fault({ kind, on: ['CreateToken'] });
      expectProblem(await call(target.adminKey, 'POST', '/keys', {}), 503, 'outcome_unknown');
      expect((await calls())['CreateToken']).toBe(1);
    },
  );

  test('a slow answer of Scalekit is accepted within the deadline', async () => {
    const key = await newKey();
    await fault({ kind: 'slow', on: ['ValidateToken'], delayMs: 500 });
    expect((await call(key, 'GET', '/whoami')).status).toBe(200);
  });
});
