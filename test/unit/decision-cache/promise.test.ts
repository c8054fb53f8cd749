import { describe, expect, test } from 'vitest';
import type { Mutant, Scenario } from './scenario.ts';
import type { Choose } from './simulation.ts';
import { runOnce } from './world.ts';

// The room's code on a simulated table and clock, in thousands of orders in which processes freeze, fail and die.

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

/** Runs a scenario in `orders` orders, with the seeds from `seed` on. Returns the steps to a violation, if there is one. */
async function explore(scenario: Scenario, orders: number, seed: number): Promise<string | undefined> {
  for (let order = seed; order < seed + orders; order++) {
    const steps = await runOnce(scenario, chooser(order));
    if (steps) return [`seed ${order}:`, ...steps].join('\n');
  }
  return undefined;
}

/** Repeats the same choices for the same seed (mulberry32). */
function chooser(seed: number): Choose {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

describe('the promise holds in every order of events', () => {
  test.each<[string, Scenario]>([
    ['when a key is ended', end],
    ['when a key is narrowed', narrow],
    ['when a key is narrowed and ended at the same time', { ...narrow, changes: ['narrow', 'end'], attempts: 1 }],
    ['when the keys of a user are ended', { ...end, changes: ['end of the user'] }],
    ['when the function that ends a key dies', { ...inTime, faults: 2 }],
    ['when the function that ends a user’s keys dies', { ...inTime, changes: ['end of the user'], faults: 2 }],
    ['when older decisions are used in an outage of Scalekit', inOutages],
    ['when a key is ended in the dashboard and Scalekit has outages', inDashboard],
  ])('%s', async (_where, scenario) => {
    expect(await explore(scenario, 700, Math.floor(Math.random() * 1e9))).toBeUndefined();
  });
});

describe('the exploration finds a violation', () => {
  test.each<[string, Mutant, Scenario]>([
    ['if the condition of a put uses the current time', 'condition on now', { ...end, faults: 0 }],
    ['if a put has no condition', 'no condition', { ...end, faults: 0 }],
    ['if a put ignores a newer decision', 'ignores a newer decision', { ...narrow, faults: 0, attempts: 1 }],
    ['if a read is eventually consistent', 'eventually consistent read', { ...end, faults: 0 }],
    ['if a mark only deletes', 'a mark deletes', { ...end, faults: 0 }],
    ['if the mark comes after the call of Scalekit', 'mark after Scalekit', { ...inTime, properties: ['ended'] }],
    ['if a key that is not found is not marked', 'not marked where not found', end],
    ['if a change does not wait for the memory of 50 ms', 'no wait', { ...end, faults: 0 }],
    ['if a mark that has ended is not written again', 'no second mark', { ...end, faults: 0 }],
    ['if a refusal is not marked', 'a refusal is not marked', inDashboard],
  ])('%s', async (_where, mutant, scenario) => {
    expect(await explore({ ...scenario, mutant }, 8_000, 1)).toBeDefined();
  });
});
