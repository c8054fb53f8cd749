import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Fault, FaultSchema } from '../../local/scalekit/faults.ts';
import { UnexpectedStatus } from '../../shared/aws/http-request.ts';
import { createMetrics } from '../../shared/metrics.ts';
import { breaker } from '../../shared/scalekit/breaker.ts';
import { Code, ConnectError } from '../../shared/scalekit/grpc.ts';
import { rateLimitMs } from '../../shared/scalekit/rate-limit.ts';
import type { Scalekit } from '../../shared/scalekit/scalekit.ts';
import { startTestScalekit, type TestScalekit } from '../support/embedded-scalekit.ts';

// Real gRPC to the embedded Scalekit, which limits on demand. The tests make the errors that it cannot produce.

describe('the wait that Scalekit asks for', () => {
  const limited = (headers: Record<string, string> = {}) =>
    new ConnectError('limited', Code.ResourceExhausted, new Headers(headers));
  const withDetail = (type: string, ...bytes: number[]) =>
    Object.assign(limited(), { details: [{ type, value: Uint8Array.from(bytes) }] });

  test.each([
    ['a Retry-After in seconds', limited({ 'retry-after': '7' }), 7_000],
    ['a Retry-After of 0: one second', limited({ 'retry-after': '0' }), 1_000],
    ['a Retry-After that is a date in the past', limited({ 'retry-after': new Date(0).toUTCString() }), 1_000],
    ['an invalid Retry-After: as without one', limited({ 'retry-after': 'soon' }), 5_000],
    ['no Retry-After', limited(), 5_000],
    ['HTTP 429, which is UNAVAILABLE', new ConnectError('HTTP 429', Code.Unavailable, { 'retry-after': '3' }), 3_000],
    ['RetryInfo of 200 s and 5 ns', withDetail('google.rpc.RetryInfo', 0x0a, 5, 0x08, 0xc8, 0x01, 0x10, 5), 201_000],
    ['RetryInfo of less than a second', withDetail('google.rpc.RetryInfo', 0x0a, 2, 0x10, 5), 1_000],
    ['an empty RetryInfo', withDetail('google.rpc.RetryInfo'), 5_000],
    ['another detail', withDetail('scalekit.v1.errdetails.ErrorInfo', 0x0a, 2, 0x08, 9), 5_000],
    ['a grant that is limited', new UnexpectedStatus('it', { status: 429, body: '', retryAfter: '2' }), 2_000],
  ])('%s', (_what, error, ms) => {
    expect(rateLimitMs(error)).toBe(ms);
  });

  test('a Retry-After that is a date in the future', () => {
    const inTenSeconds = new Date(Date.now() + 10_000).toUTCString();
    expect(rateLimitMs(limited({ 'retry-after': inTenSeconds }))).toBeGreaterThan(8_000);
  });

  test.each([
    ['UNAVAILABLE with Retry-After', new ConnectError('HTTP 503', Code.Unavailable, { 'retry-after': '3' })],
    ['a refused grant', new UnexpectedStatus('it', { status: 401, body: '' })],
    ['a broken connection', new Error('reset')],
  ])('%s is no rate limit', (_what, error) => {
    expect(rateLimitMs(error)).toBeUndefined();
  });
});

describe('the breaker', () => {
  let now = 0;
  const clock = () => now;

  test.each([
    [1_000, 1_000, 1_250],
    [20_000, 20_000, 25_000],
    [3_600_000, 30_000, 30_000],
  ])('with a limit of %i ms is open for %i to %i ms', (askedMs, least, most) => {
    now = 0;
    const limited = breaker(clock);
    limited.limit(askedMs);
    expect(limited.limitedMs()).toBeGreaterThanOrEqual(least);
    expect(limited.limitedMs()).toBeLessThanOrEqual(most);
    now = most + 1;
    expect(limited.limitedMs()).toBe(0);
  });

  test('stays open as long after a later, shorter limit', () => {
    now = 0;
    const limited = breaker(clock);
    limited.limit(20_000);
    limited.limit(1_000);
    expect(limited.limitedMs()).toBeGreaterThanOrEqual(20_000);
  });
});

describe('while Scalekit limits calls', () => {
  let env: TestScalekit;
  let scalekit: Scalekit;
  let keyId: string;
  const metrics = createMetrics();

  beforeAll(async () => {
    env = await startTestScalekit();
    const created = await env.sdk.token.createToken(await env.newOrganization());
    keyId = created.tokenId;
  });
  afterAll(() => env.close());
  beforeEach(async () => {
    scalekit = env.newClient(metrics);
    expect((await scalekit.lookUp(keyId)).ok).toBe(true);
    metrics.take();
    env.monitor.resetCalls();
  });
  afterEach(() => env.monitor.setFault(undefined));

  const limit = (fault: Partial<Fault> & Pick<Fault, 'kind'>) => env.monitor.setFault(FaultSchema.parse(fault));
  const isLimited = { ok: false, failure: { kind: 'upstream_unavailable', reason: 'rate_limited' } };

  describe.each(['rate_limited', 'http_429'] as const)('(%s)', (kind) => {
    test('a validation is sent once and measured, and none is sent until the limit has expired', async () => {
      limit({ kind, retryAfterSeconds: 1, times: 1 });
      const limitedAt = Date.now();
      for (const _ of [1, 2, 3]) expect(await scalekit.lookUp(keyId)).toMatchObject(isLimited);
      expect(env.monitor.calls).toEqual({ ValidateToken: 1 });
      expect(metrics.take()).toMatchObject({ RateLimited: 1 });
      await expect.poll(async () => (await scalekit.lookUp(keyId)).ok, { timeout: 10_000 }).toBe(true);
      expect(Date.now() - limitedAt).toBeGreaterThanOrEqual(1_000);
      expect(env.monitor.calls).toEqual({ ValidateToken: 2 });
    });

    test('a creation is known to have created nothing', async () => {
      limit({ kind, on: ['CreateToken'] });
      expect(await scalekit.create({ organizationId: 'org_1', customClaims: {} })).toMatchObject(isLimited);
      expect(env.monitor.calls).toEqual({ CreateToken: 1 });
    });

    test('a revocation waits as long as asked and is retried once', async () => {
      limit({ kind, on: ['InvalidateToken'], retryAfterSeconds: 1, times: 1 });
      const startedAt = Date.now();
      expect(await scalekit.invalidate('apit_absent')).toEqual({ ok: true, value: undefined });
      expect(Date.now() - startedAt).toBeGreaterThanOrEqual(990);
      expect(env.monitor.calls).toEqual({ InvalidateToken: 2 });
    });

    test('a revocation that is limited twice is not sent a third time', async () => {
      limit({ kind, on: ['InvalidateToken'], retryAfterSeconds: 1 });
      expect(await scalekit.invalidate('apit_absent')).toMatchObject(isLimited);
      expect(env.monitor.calls).toEqual({ InvalidateToken: 2 });
    });
  });

  test('a limited grant is requested once, and not retried with other secrets', async () => {
    const fresh = env.newClient();
    env.monitor.resetCalls();
    limit({ kind: 'http_429', on: ['oauth/token'], retryAfterSeconds: 30 });
    for (const _ of [1, 2, 3]) expect(await fresh.lookUp(keyId)).toMatchObject(isLimited);
    expect(env.monitor.calls).toEqual({ 'oauth/token': 1 });
  });

  test('a revocation fails at once if its wait would exceed its time limit', async () => {
    limit({ kind: 'rate_limited', on: ['InvalidateToken'], retryAfterSeconds: 20 });
    const startedAt = Date.now();
    expect(await scalekit.invalidate('apit_absent')).toMatchObject(isLimited);
    expect(Date.now() - startedAt).toBeLessThan(15_000);
    expect(env.monitor.calls).toEqual({ InvalidateToken: 1 });
  });

  test('a revocation is sent despite a limit of validations that exceeds its time limit', async () => {
    limit({ kind: 'rate_limited', on: ['ValidateToken'], retryAfterSeconds: 30 });
    expect(await scalekit.lookUp(keyId)).toMatchObject(isLimited);
    expect(await scalekit.invalidate('apit_absent')).toEqual({ ok: true, value: undefined });
    expect(await scalekit.lookUp(keyId)).toMatchObject(isLimited); // that limit has not expired
    expect(env.monitor.calls).toEqual({ ValidateToken: 1, InvalidateToken: 1 });
  });

  test('a revocation waits for a limit of validations that expires within its time limit', async () => {
    limit({ kind: 'rate_limited', on: ['ValidateToken'], retryAfterSeconds: 1 });
    const startedAt = Date.now();
    expect(await scalekit.lookUp(keyId)).toMatchObject(isLimited);
    expect(await scalekit.invalidate('apit_absent')).toEqual({ ok: true, value: undefined });
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(990);
  });
});
