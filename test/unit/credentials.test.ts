import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { clientCredentialsTokens } from '../../shared/scalekit/access-token.ts';
import { heldSecrets, type ScalekitCredentials } from '../../shared/scalekit/credentials.ts';

// The test has its own clock; the token endpoint is real HTTP.

let tokenEndpoint: Server;
let right: ScalekitCredentials;
let grants = 0;
beforeAll(async () => {
  tokenEndpoint = createServer((_request, response) => {
    grants++;
    response.end(JSON.stringify({ access_token: `token${grants}`, expires_in: 3600 }));
  }).listen(0, '127.0.0.1');
  await once(tokenEndpoint, 'listening');
  const { port } = tokenEndpoint.address() as AddressInfo;
  right = { environmentUrl: `http://127.0.0.1:${port}`, clientId: 'skc_1', clientSecret: 'secret' };
});
afterAll(() => tokenEndpoint.close());

let stored: ScalekitCredentials | Error;
let reads: number[];
let now: number;
const secrets = () =>
  heldSecrets(
    async () => {
      reads.push(now);
      if (stored instanceof Error) throw stored;
      return stored;
    },
    () => now,
  );
beforeEach(() => {
  reads = [];
  now = 0;
  grants = 0;
});

test.each([
  ['where nobody listens', () => ({ ...right, environmentUrl: 'http://127.0.0.1:9' })],
  ['without a DNS record', () => ({ ...right, environmentUrl: 'http://scalekit.invalid' })],
])('after a failed grant at a URL %s, SSM is read again and a corrected URL is used', async (_what, wrong) => {
  stored = wrong();
  const tokens = clientCredentialsTokens(secrets(), 1000);
  await expect(tokens.fetch()).rejects.toThrow();
  expect(reads).toHaveLength(2);
  stored = right;
  await expect(tokens.fetch()).rejects.toThrow(); // SSM was read a moment ago
  expect(reads).toHaveLength(2);
  now = 60_000;
  expect(await tokens.fetch()).toMatchObject({ environmentUrl: right.environmentUrl });
  expect(grants).toBe(1);
});

test('reads at once, then after pauses that double up to a minute, and at once again after a successful grant', async () => {
  stored = right;
  const held = secrets();
  const failed = await held.current();
  reads = [];
  for (now = 0; now < 400_000; now += 100) expect(await held.otherThan(failed)).toBeUndefined();
  const pauses = reads.map((at, index) => at - (reads[index - 1] ?? 0));
  expect(pauses[0]).toBe(0);
  for (const [index, pause] of pauses.slice(1).entries()) {
    const longest = Math.min(60_000, 2_000 * 2 ** index);
    expect(pause).toBeLessThanOrEqual(longest + 100);
    expect(pause).toBeGreaterThanOrEqual(longest * 0.75);
  }
  reads = [];
  held.worked();
  await held.otherThan(failed);
  expect(reads).toHaveLength(1);
});

test('grants that fail together share one read', async () => {
  stored = right;
  const held = secrets();
  const failed = { ...(await held.current()), clientSecret: 'old' };
  stored = { ...right, clientSecret: 'new' };
  reads = [];
  const wrong = await held.current();
  const others = await Promise.all(Array.from({ length: 20 }, () => held.otherThan(wrong)));
  expect(others.every((other) => other?.clientSecret === 'new')).toBe(true);
  expect(reads).toHaveLength(1);
  expect(await held.otherThan(failed)).toMatchObject({ clientSecret: 'new' }); // already known, so nothing is read
  expect(reads).toHaveLength(1);
});

test('a failed read keeps the credentials that worked', async () => {
  stored = right;
  const held = secrets();
  const working = await held.current();
  stored = new Error('SSM is down');
  expect(await held.otherThan(working)).toBeUndefined();
  expect(await held.current()).toBe(working);
});

test('a refused token that another call has already renewed is not renewed again', async () => {
  stored = right;
  const tokens = clientCredentialsTokens(secrets(), 1000);
  const first = await tokens.fetch();
  const renewed = await tokens.renew(first);
  expect(renewed).not.toBe(first);
  expect(await tokens.renew(first)).toBe(renewed);
  expect(grants).toBe(2);
});
