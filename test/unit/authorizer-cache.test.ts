import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { authorizerCacheFromEnvironment } from '../../shared/aws/authorizer-cache.ts';
import { createMetrics } from '../../shared/metrics.ts';

const deadlineMs = 200;
const margin = 500;
const later = () => Date.now() + 20_000;

let server: Server;
let statuses: number[];
let requests: { method: string | undefined; url: string | undefined; authorization: string | undefined; at: number }[];

beforeEach(async () => {
  statuses = [];
  requests = [];
  server = createServer((request, response) => {
    requests.push({
      method: request.method,
      url: request.url,
      authorization: request.headers.authorization,
      at: Date.now(),
    });
    response.writeHead(statuses.shift() ?? 202).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  vi.stubEnv('AWS_ENDPOINT_URL_API_GATEWAY', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIA');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('SCALEKIT_DEADLINE_MS', String(deadlineMs));
  vi.stubEnv('AUTHORIZER_CACHE', 'api123/v1');
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.close();
});

test('waits for decisions under way, and then flushes the stage’s cache with a signed call', async () => {
  const startedAt = Date.now();
  expect(await authorizerCacheFromEnvironment(createMetrics()).flush(later())).toEqual({ ok: true, value: undefined });
  const [request, ...others] = requests;
  expect(others).toEqual([]);
  expect(request).toMatchObject({ method: 'DELETE', url: '/restapis/api123/stages/v1/cache/authorizers' });
  expect(request?.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIA\/\d{8}\/eu-west-1\/apigateway\/aws4_request/,
  );
  expect((request?.at ?? 0) - startedAt).toBeGreaterThanOrEqual(deadlineMs + margin - 5);
});

test('those that come together share a flush', async () => {
  const cache = authorizerCacheFromEnvironment(createMetrics());
  await Promise.all([1, 2, 3].map(async () => cache.flush(later())));
  expect(requests).toHaveLength(1);
});

test('one that is throttled is tried again', async () => {
  statuses = [429, 429];
  expect(await authorizerCacheFromEnvironment(createMetrics()).flush(later())).toMatchObject({ ok: true });
  expect(requests).toHaveLength(3);
});

test.each([403, 404, 500])('one that is answered %i is cache_not_flushed, and may be repeated', async (status) => {
  statuses = [status];
  const cache = authorizerCacheFromEnvironment(createMetrics());
  expect(await cache.flush(later())).toMatchObject({ ok: false, failure: { kind: 'cache_not_flushed' } });
  expect(await cache.flush(later())).toMatchObject({ ok: true });
});

test('one for which no time is left is cache_not_flushed at once', async () => {
  const cache = authorizerCacheFromEnvironment(createMetrics());
  expect(await cache.flush(Date.now() + deadlineMs + margin)).toMatchObject({
    failure: { kind: 'cache_not_flushed' },
  });
  expect(requests).toEqual([]);
});

test('one that reaches nobody is cache_not_flushed', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_API_GATEWAY', 'http://127.0.0.1:1');
  expect(await authorizerCacheFromEnvironment(createMetrics()).flush(later())).toMatchObject({
    failure: { kind: 'cache_not_flushed' },
  });
});

test('where decisions are not cached, a flush has nothing to do', async () => {
  vi.stubEnv('AUTHORIZER_CACHE', undefined);
  const cache = authorizerCacheFromEnvironment(createMetrics());
  expect(cache).toMatchObject({ waitMs: 0, reserveMs: 0 });
  expect(await cache.flush(0)).toEqual({ ok: true, value: undefined });
  expect(requests).toEqual([]);
});
