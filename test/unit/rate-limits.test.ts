import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Fault, FaultSchema } from '../../local/scalekit/faults.ts';
import { UnexpectedStatus } from '../../shared/aws/http-request.ts';
import { createMetrics } from '../../shared/metrics.ts';
import { breaker } from '../../shared/scalekit/breaker.ts';
import { Code, ConnectError } from '../../shared/scalekit/grpc.ts';
import { rateLimitMs } from '../../shared/scalekit/rate-limit.ts';
import type { Scalekit } from '../../shared/scalekit/scalekit.ts';
import { startTestScalekit, type TestScalekit } from '../support/embedded-scalekit.ts';

// Real gRPC to the embedded Scalekit, which limits as told; what it has no words for is made here.

describe('how long Scalekit asks to wait', () => {
  const limited = (headers: Record<string, string> = {}) =>
    new ConnectError('limited', Code.ResourceExhausted, new Headers(headers));
  const withDetail = (type: string, ...bytes: number[]) =>
    Object.assign(limited(), { details: [{ type, value: Uint8Array.from(bytes) }] });

  test.each([
    ['seconds of Retry-After', limited({ 'retry-after': '7' }), 7_000],
    ['a Retry-After of none: a second', limited({ 'retry-after': '0' }), 1_000],
    ['a Retry-After that is a date in the past', limited({ 'retry-after': new Date(0).toUTCString() }), 1_000],
    ['a Retry-After that means nothing: as without', limited({ 'retry-after': 'soon' }), 5_000],
    ['no Retry-After', limited(), 5_000],
    ['HTTP 429, which is UNAVAILABLE', new ConnectError('HTTP 429', Code.Unavailable, { 'retry-after': '3' }), 3_000],
    ['RetryInfo of 200 s and 5 ns', withDetail('google.rpc.RetryInfo', 0x0a, 5, 0x08, 0xc8, 0x01, 0x10, 5), 201_000],
    ['RetryInfo of less than a second', withDetail('google.rpc.RetryInfo', 0x0a, 2, 0x10, 5), 1_000],
    ['RetryInfo that is empty', withDetail('google.rpc.RetryInfo'), 5_000],
    ['another detail', withDetail('scalekit.v1.errdetails.ErrorInfo', 0x0a, 2, 0x08, 9), 5_000],
    ['a grant that is limited', new UnexpectedStatus('it', { status: 429, body: '', retryAfter: '2' }), 2_000],
  ])('%s', (_what, error, ms) => {
    expect(rateLimitMs(error)).toBe(ms);
  });

  test('a date that is to come', () => {
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
  ])('of a limit of %i ms is open from %i to %i ms', (askedMs, least, most) => {
    now = 0;
    const limited = breaker(clock);
    limited.limit(askedMs);
    expect(limited.limitedMs()).toBeGreaterThanOrEqual(least);
    expect(limited.limitedMs()).toBeLessThanOrEqual(most);
    now = most + 1;
    expect(limited.limitedMs()).toBe(0);
  });

  test('is not opened for less by a later limit', () => {
    now = 0;
    const limited = breaker(clock);
    limited.limit(20_000);
    limited.limit(1_000);
    expect(limited.limitedMs()).toBeGreaterThanOrEqual(20_000);
  });
});

describe('with Scalekit limiting', () => {
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
    test('a validation is made once, measured, and none is made until the limit is over', async () => {
      limit({ kind, retryAfterSeconds: 1, times: 1 });
      const limitedAt = Date.now();
      for (const _ of [1, 2, 3]) expect(await scalekit.lookUp(keyId)).toMatchObject(isLimited);
      expect(env.monitor.calls).toEqual({ ValidateToken: 1 });
      expect(metrics.take()).toMatchObject({ RateLimited: 1 });
      await expect.poll(async () => (await scalekit.lookUp(keyId)).ok, { timeout: 10_000 }).toBe(true);
      expect(Date.now() - limitedAt).toBeGreaterThanOrEqual(1_000);
      expect(env.monitor.calls).toEqual({ ValidateToken: 2 });
    });

    test('a creation has a known outcome: there was none', async () => {
      limit({ kind, on: ['CreateToken'] });
      expect(await scalekit.create({ organizationId: 'org_1', customClaims: {} })).toMatchObject(isLimited);
      expect(env.monitor.calls).toEqual({ CreateToken: 1 });
    });

    test('an end waits as asked, and is sent once more', async () => {
      limit({ kind, on: ['InvalidateToken'], retryAfterSeconds: 1, times: 1 });
      const startedAt = Date.now();
      expect(await scalekit.invalidate('apit_absent')).toEqual({ ok: true, value: undefined });
      expect(Date.now() - startedAt).toBeGreaterThanOrEqual(990);
      expect(env.monitor.calls).toEqual({ InvalidateToken: 2 });
    });

    test('an end that is limited twice is not sent a third time', async () => {
      limit({ kind, on: ['InvalidateToken'], retryAfterSeconds: 1 });
      expect(await scalekit.invalidate('apit_absent')).toMatchObject(isLimited);
      expect(env.monitor.calls).toEqual({ InvalidateToken: 2 });
    });
  });

  test('a grant that is limited is made once, and not with other secrets', async () => {
    const fresh = env.newClient();
    env.monitor.resetCalls();
    limit({ kind: 'http_429', on: ['oauth/token'], retryAfterSeconds: 30 });
    for (const _ of [1, 2, 3]) expect(await fresh.lookUp(keyId)).toMatchObject(isLimited);
    expect(env.monitor.calls).toEqual({ 'oauth/token': 1 });
  });

  test('an end whose wait would be longer than its time fails at once', async () => {
    limit({ kind: 'rate_limited', on: ['InvalidateToken'], retryAfterSeconds: 20 });
    const startedAt = Date.now();
    expect(await scalekit.invalidate('apit_absent')).toMatchObject(isLimited);
    expect(Date.now() - startedAt).toBeLessThan(1_000);
    expect(env.monitor.calls).toEqual({ InvalidateToken: 1 });
  });

  test('an end is not stopped by a limit of validations that is longer than its time', async () => {
    limit({ kind: 'rate_limited', on: ['ValidateToken'], retryAfterSeconds: 30 });
    expect(await scalekit.lookUp(keyId)).toMatchObject(isLimited);
    expect(await scalekit.invalidate('apit_absent')).toEqual({ ok: true, value: undefined });
    expect(await scalekit.lookUp(keyId)).toMatchObject(isLimited); // that limit is not over
    expect(env.monitor.calls).toEqual({ ValidateToken: 1, InvalidateToken: 1 });
  });

  test('an end waits for a limit of validations that is over within its time', async () => {
    limit({ kind: 'rate_limited', on: ['ValidateToken'], retryAfterSeconds: 1 });
    const startedAt = Date.now();
    expect(await scalekit.lookUp(keyId)).toMatchObject(isLimited);
    expect(await scalekit.invalidate('apit_absent')).toEqual({ ok: true, value: undefined });
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(990);
  });
});
