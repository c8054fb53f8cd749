import { describe, expect, test } from 'vitest';
import type { Mutant, Scenario } from './scenario.ts';
import type { Choose } from './simulation.ts';
import { runOnce } from './world.ts';

// The room's code on a simulated table and clock, in thousands of orders: whoever is frozen, fails or dies in between.

const end: Scenario = { changes: ['end'], attempts: 2, requests: 8, faults: 1, properties: ['answered'] };
const narrow: Scenario = { ...end, changes: ['narrow'] };
const inTime: Scenario = { ...end, hasTimeLimit: true, properties: ['answered', 'ended'] };
const inOutages: Scenario = { ...end, cacheSeconds: 30, graceSeconds: 43_200, outages: 2 };
const inDashboard: Scenario = {
  ...inOutages,
  changes: [],
  hasDashboard: true,

  properties: ['refused'],
};

/** Runs a scenario in so many orders, by the seeds from `seed` on; gives the steps to what must not happen, if they are found. */
async function explore(scenario: Scenario, orders: number, seed: number): Promise<string | undefined> {
  for (let order = seed; order < seed + orders; order++) {
    const steps = await runOnce(scenario, chooser(order));
    if (steps) return [`seed ${order}:`, ...steps].join('\n');
  }
  return undefined;
}

/** Chooses by a seed, the same each time (mulberry32). */
function chooser(seed: number): Choose {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

describe('the promise holds, in whatever order things happen,', () => {
  test.each<[string, Scenario]>([
    ['where a key is ended', end],
    ['where a key is narrowed', narrow],
    ['where a key is narrowed and ended at once', { ...narrow, changes: ['narrow', 'end'], attempts: 1 }],
    ['where the keys of a user are ended', { ...end, changes: ['end of the user'] }],
    ['where the function that ends a key dies', { ...inTime, faults: 2 }],
    ['where the function that ends a user’s keys dies', { ...inTime, changes: ['end of the user'], faults: 2 }],
    ['where Scalekit is out and older decisions are used', inOutages],
    ['where a key is ended beside us and Scalekit is out', inDashboard],
  ])('%s', async (_where, scenario) => {
    expect(await explore(scenario, 700, Math.floor(Math.random() * 1e9))).toBeUndefined();
  });
});

describe('the exploration finds what is wrong', () => {
  test.each<[string, Mutant, Scenario]>([
    ['where the condition of a put is on now', 'condition on now', { ...end, faults: 0 }],
    ['where a put has no condition', 'no condition', { ...end, faults: 0 }],
    ['where a put ignores a newer decision', 'ignores a newer decision', { ...narrow, faults: 0, attempts: 1 }],
    ['where a read is eventually consistent', 'eventually consistent read', { ...end, faults: 0 }],
    ['where a mark only deletes', 'a mark deletes', { ...end, faults: 0 }],
    ['where the mark comes after Scalekit', 'mark after Scalekit', { ...inTime, properties: ['ended'] }],
    ['where nothing is marked that is not found', 'not marked where not found', end],
    ['where nobody waits for the memory of 50 ms', 'no wait', { ...end, faults: 0 }],
    ['where a mark that ended is not written again', 'no second mark', { ...end, faults: 0 }],
    ['where a refusal is not marked', 'a refusal is not marked', inDashboard],
  ])('%s', async (_where, mutant, scenario) => {
    expect(await explore({ ...scenario, mutant }, 8_000, 1)).toBeDefined();
  });
});
