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

// Clients that mean harm, over raw sockets. The bytes that they send are generated: the same ones for the same seed. A
// run in full is HOSTILE_REQUESTS=20000 HOSTILE_SEED=7 npx vitest run --project local hostile

const requests = Number(process.env['HOSTILE_REQUESTS'] ?? 600);
const seed = Number(process.env['HOSTILE_SEED'] ?? 1);

type Share = readonly [name: string, weight: number, family: Family];

const withoutKey: readonly Share[] = [
  ['what is nearly a key', 3, nearMisses],
  ['a key in another scheme', 1, otherSchemes],
  ['a key in another place', 1, otherPlaces],
  ['headers of every sort', 3, hostileHeaders],
  ['targets that could be taken for others', 3, hostilePaths],
  ['request lines that are none', 1, hostileRequestLines],
  ['messages whose end is in doubt', 3, ambiguousFraming],
  ['chunks that can be counted in two ways', 1, brokenChunking],
  ['requests that are cut off', 0.3, cutOff],
  ['a context of the client’s own', 2, forgedWithoutKey],
  ['webhooks that nobody signed', 0.3, forgedWebhooks],
  ['misuse of what is open to anybody', 0.1, openRoutes],
];
const withKey: readonly Share[] = [
  ['a context of the client’s own', 1, forgedWithKey],
  ['requests one behind the other', 1, pipelines],
  ['bodies that look like code', 2, hostileBodies],
  ['ids and queries that look like code', 2, hostileIds],
];
const asOperator: readonly Share[] = [
  ['nothing that is signed', 2, unsigned],
  ['what was signed for something else', 0.5, wronglySigned],
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

/** How often each function that a key opens was invoked. */
async function invocations(): Promise<Record<string, number>> {
  const { functions }: { functions: Record<string, { invocations: number }> } = await control('GET');
  const isOpen = (name: string) => /^(Authorizer|OpenApi|RevokeLeakedKey|ScalekitWebhook)/.test(name);
  const closed = Object.entries(functions).filter(([name]) => !isOpen(name));
  return Object.fromEntries(closed.map(([name, metrics]) => [name.replace(/[0-9A-F]{8}$/, ''), metrics.invocations]));
}

const generous = { timeout: Math.max(60_000, requests * 100) };

describe('whoever has no key, or presents none where it counts, is refused, in answers that are no faults', () => {
  let invokedBefore: Record<string, number>;
  let mutatedBefore: Mutation[];
  beforeAll(async () => {
    invokedBefore = await invocations();
    mutatedBefore = await mutations();
  });

  test.each(withoutKey)('%s', generous, (...share) => expectHarmless(share, target.apiPort));

  test('no function was reached that a key opens, and no key was touched', async () => {
    const bystanders = outcomes.reduce((sum, outcome) => sum + outcome.bystanders, 0);
    expect(await invocations()).toEqual({ ...invokedBefore, Whoami: (invokedBefore['Whoami'] ?? 0) + bystanders });
    expect(await mutations()).toEqual(mutatedBefore);
  });
});

describe('whoever has a key gets no further than it reaches, in answers that are no faults', () => {
  let mutatedBefore = 0;
  beforeAll(async () => {
    mutatedBefore = (await mutations()).length;
  });

  test.each(withKey)('%s', generous, (...share) => expectHarmless(share, target.apiPort));

  test('no key was touched but those that it made', async () => {
    const since = (await mutations()).slice(mutatedBefore);
    const made = since.filter(({ kind }) => kind === 'create').map(({ tokenId }) => tokenId);
    const touched = since.map(({ tokenId }) => tokenId);
    expect(touched.filter((tokenId) => ![...made, target.changeable].includes(tokenId))).toEqual([]);
  });
});

describe('whoever has not signed as an operator is refused, with 403', () => {
  test.each(asOperator)('%s', generous, (...share) => expectHarmless(share, target.operatorPort));
});

test('the runtime outlives hostile clients: no function failed, and every good key is served', async () => {
  expect(target.runtime.endedBy(), target.runtime.output().slice(-5000)).toBeNull();
  const { functions }: { functions: Record<string, { errors: number }> } = await control('GET');
  expect(Object.values(functions).reduce((sum, { errors }) => sum + errors, 0)).toBe(0);
  for (const key of goodKeys(target)) expect((await whoami(target.apiPort, key)).organizationId).toMatch(/^org_/);
  const { bytes, judge } = bystander(target);
  expect(await judge(await exchange(target.apiPort, { bytes }), target)).toBeUndefined();
});
