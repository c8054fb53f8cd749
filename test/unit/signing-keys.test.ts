import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Secrets } from '../../shared/scalekit/credentials.ts';
import { type SigningKeys, signingKeys } from '../../shared/scalekit/signing-keys.ts';

// The public keys of Scalekit, read over HTTP, by a clock of the test.

let server: Server;
let served: string[];
let reads: number;
let status: number;
let body: string | undefined;
let environmentUrl: string;
let now: number;
let keys: SigningKeys;

const secrets: Secrets = {
  current: async () => ({ environmentUrl, clientId: 'x', clientSecret: 'x' }),
  otherThan: async () => undefined,
  worked: () => {},
};

beforeEach(async () => {
  served = ['one'];
  reads = 0;
  status = 200;
  body = undefined;
  now = 0;
  server = createServer((request, response) => {
    if (request.url === '/keys') reads++;
    response.writeHead(status).end(body ?? JSON.stringify({ keys: served.map((kid) => ({ kid, kty: 'RSA' })) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  environmentUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  keys = signingKeys(secrets, 1_000, () => now);
});
afterEach(() => server.close());

const found = async (kid: string) => {
  const key = await keys.find(kid);
  if (!key.ok) return key.failure.kind;
  return key.value ? 'found' : 'unknown';
};

test('are read once by many requests at the same time, and then held', async () => {
  expect(new Set(await Promise.all(Array.from({ length: 20 }, () => found('one'))))).toEqual(new Set(['found']));
  expect(await found('one')).toBe('found');
  expect(reads).toBe(1);
});

test('are read again for an unknown id, at most once in 30 s', async () => {
  await found('one');
  expect(await found('two')).toBe('unknown');
  served = ['two'];
  now = 29_999;
  expect(await found('two')).toBe('unknown');
  expect(reads).toBe(2);
  now = 30_000;
  expect(await found('two')).toBe('found');
  expect(await found('one')).toBe('unknown'); // no longer published
  expect(reads).toBe(3);
});

test('are read again after ten minutes, and used longer if that fails', async () => {
  await found('one');
  now = 600_000;
  status = 500;
  expect(await found('one')).toBe('found');
  expect(await found('one')).toBe('found');
  expect(reads).toBe(2); // not with each request
  now += 30_000;
  status = 200;
  served = [];
  expect(await found('one')).toBe('unknown');
});

test('of an unknown id are an outage while they cannot be read', async () => {
  await found('one');
  status = 503;
  for (const _ of [1, 2]) expect(await found('two')).toBe('upstream_unavailable');
  expect(reads).toBe(2);
  expect(await found('one')).toBe('found');
});

test.each([
  ['an error', 500, undefined],
  ['no JSON', 200, '<html>'],
  ['JSON of another form', 200, '[]'],
  ['keys that are no list', 200, '{"keys":{}}'],
])('are an outage if Scalekit answers %s, and are tried again after a second', async (_what, answered, text) => {
  status = answered;
  body = text;
  for (const _ of [1, 2]) expect(await found('one')).toBe('upstream_unavailable');
  expect(reads).toBe(1);
  now = 1_000;
  status = 200;
  body = undefined;
  expect(await found('one')).toBe('found');
});

test('are those of another environment once the secrets name it', async () => {
  await found('one');
  environmentUrl += '/other';
  expect(await found('one')).toBe('found');
  expect(reads).toBe(1); // the other URL was asked
});
