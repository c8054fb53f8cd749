import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Mutation } from '../../local/scalekit/tokens.ts';
import { controlOf } from '../support/client.ts';
import { attack, bystander, type Outcome } from './attack.ts';
import type { Family } from './attempt.ts';
import { forgedWithKey, forgedWithoutKey } from './forgery.ts';
import { hostileHeaders } from './headers.ts';
import { hostileBodies, hostileIds } from './keyed.ts';
import { nearMisses, otherPlaces, otherSchemes } from './near-misses.ts';
import { forgedWebhooks, openRoutes } from './open-routes.ts';
import { unsigned, wronglySigned } from './operators.ts';
import { hostilePaths, hostileRequestLines } from './paths.ts';
import { exchange } from './raw-client.ts';
import { ambiguousFraming, brokenChunking, cutOff, pipelines } from './smuggling.ts';
import { goodKeys, type HostileTarget, startTarget, whoami } from './target.ts';

// Hostile clients over raw sockets. Their bytes are generated, and the same seed gives the same bytes. A full run is
// HOSTILE_REQUESTS=20000 HOSTILE_SEED=7 npx vitest run --project local hostile

const requests = Number(process.env['HOSTILE_REQUESTS'] ?? 600);
const seed = Number(process.env['HOSTILE_SEED'] ?? 1);

type Share = readonly [name: string, weight: number, family: Family];

const withoutKey: readonly Share[] = [
  ['strings that are nearly a key', 3, nearMisses],
  ['a key in another scheme', 1, otherSchemes],
  ['a key in another place', 1, otherPlaces],
  ['headers of every kind', 3, hostileHeaders],
  ['ambiguous targets', 3, hostilePaths],
  ['malformed request lines', 1, hostileRequestLines],
  ['messages with an ambiguous end', 3, ambiguousFraming],
  ['chunks that can be counted in two ways', 1, brokenChunking],
  ['requests that are cut short', 0.3, cutOff],
  ['a forged context', 2, forgedWithoutKey],
  ['unsigned webhooks', 0.3, forgedWebhooks],
  ['misuse of open routes', 0.1, openRoutes],
];
const withKey: readonly Share[] = [
  ['a forged context', 1, forgedWithKey],
  ['pipelined requests', 1, pipelines],
  ['bodies that look like code', 2, hostileBodies],
  ['ids and queries that look like code', 2, hostileIds],
];
const asOperator: readonly Share[] = [
  ['unsigned requests', 2, unsigned],
  ['requests that were signed for another purpose', 0.5, wronglySigned],
];
const allShares = [...withoutKey, ...withKey, ...asOperator].reduce((sum, [, weight]) => sum + weight, 0);

let target: HostileTarget;
const outcomes: (Outcome & { readonly name: string; readonly seconds: number })[] = [];

beforeAll(async () => {
  target = await startTarget();
});
afterAll(async () => {
  if (process.env['HOSTILE_REQUESTS'])
    console.table(outcomes.map(({ failures, ...outcome }) => ({ ...outcome, failures: failures.length })));
  await target.runtime.stop();
});

async function expectHarmless([name, weight, family]: Share, port: number): Promise<void> {
  const startedAt = performance.now();
  const share = { requests: Math.ceil((requests * weight) / allShares), seed };
  const outcome = await attack(family, target, port, share);
  outcomes.push({ name, ...outcome, seconds: Math.round((performance.now() - startedAt) / 100) / 10 });
  const shown = outcome.failures.slice(0, 3).join('\n');
  expect(outcome.failures.length, shown).toBe(0);
}

const control = controlOf(() => target.runtime.outputs);
const mutations = (): Promise<Mutation[]> => control('GET', '/scalekit/mutations');

/** The invocations of each function that requires a key. */
async function invocations(): Promise<Record<string, number>> {
  const { functions }: { functions: Record<string, { invocations: number }> } = await control('GET');
  const isOpen = (name: string) => /^(Authorizer|OpenApi|RevokeLeakedKey|ScalekitWebhook)/.test(name);
  const closed = Object.entries(functions).filter(([name]) => !isOpen(name));
  return Object.fromEntries(closed.map(([name, metrics]) => [name.replace(/[0-9A-F]{8}$/, ''), metrics.invocations]));
}

const generous = { timeout: Math.max(60_000, requests * 100) };

describe('a client without a key in the right place is refused, never with a server error', () => {
  let invokedBefore: Record<string, number>;
  let mutatedBefore: Mutation[];
  beforeAll(async () => {
    invokedBefore = await invocations();
    mutatedBefore = await mutations();
  });

  test.each(withoutKey)('%s', generous, (...share) => expectHarmless(share, target.apiPort));

  test('no function that requires a key was invoked, and no key was changed', async () => {
    const bystanders = outcomes.reduce((sum, outcome) => sum + outcome.bystanders, 0);
    expect(await invocations()).toEqual({ ...invokedBefore, Whoami: (invokedBefore['Whoami'] ?? 0) + bystanders });
    expect(await mutations()).toEqual(mutatedBefore);
  });
});

describe('a client with a key stays within its authority, and gets no server error', () => {
  let mutatedBefore = 0;
  beforeAll(async () => {
    mutatedBefore = (await mutations()).length;
  });

  test.each(withKey)('%s', generous, (...share) => expectHarmless(share, target.apiPort));

  test('only keys that it made were changed', async () => {
    const since = (await mutations()).slice(mutatedBefore);
    const made = since.filter(({ kind }) => kind === 'create').map(({ tokenId }) => tokenId);
    const touched = since.map(({ tokenId }) => tokenId);
    expect(touched.filter((tokenId) => ![...made, target.changeable].includes(tokenId))).toEqual([]);
  });
});

describe('a client without an operator’s signature is refused with 403', () => {
  test.each(asOperator)('%s', generous, (...share) => expectHarmless(share, target.operatorPort));
});

test('the runtime survives hostile clients: no function failed, and every good key is accepted', async () => {
  expect(target.runtime.endedBy(), target.runtime.output().slice(-5000)).toBeNull();
  const { functions }: { functions: Record<string, { errors: number }> } = await control('GET');
  expect(Object.values(functions).reduce((sum, { errors }) => sum + errors, 0)).toBe(0);
  for (const key of goodKeys(target)) expect((await whoami(target.apiPort, key)).organizationId).toMatch(/^org_/);
  const { bytes, judge } = bystander(target);
  expect(await judge(await exchange(target.apiPort, { bytes }), target)).toBeUndefined();
});
