import { join } from 'node:path';
import { type RuntimeProcess, withRuntime } from '../support/runtime-process.ts';
import { rounded } from '../support/statistics.ts';
import { customer, operator, type World } from './client.ts';
import { Faults } from './faults.ts';
import { findLost } from './lost-keys.ts';
import { Manager } from './manager.ts';
import { allowedGrowthMb, Memory } from './memory.ts';
import { Model } from './model.ts';
import { Random } from './random.ts';
import { read } from './readers.ts';
import { Tally } from './tally.ts';
import { warmUp } from './warm-up.ts';

/**
 * Each function's execution environment is a thread, and V8 lets its young generation grow to 48 MB under load. With some 35
 * threads that would hide a leak for a whole run. A small young generation makes retained memory visible.
 */
const smallYoungGeneration = '--max-semi-space-size=1';

interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  /** The number of clients that only use keys, in addition to the two that manage them. */
  readonly readers?: number;
}

/**
 * Sends mixed traffic for some minutes: keys are created, changed, rotated and revoked while Scalekit fails now and then.
 * Checks against the clients' knowledge that no ended key is accepted, that a good key is refused only in an outage that a
 * fault explains, that no key is lost, and that memory stays flat. With an odd seed the decision cache is on.
 */
export function soak(options: SoakOptions) {
  const isCaching = options.seed % 2 === 1;
  console.error(`seed ${options.seed}, decision cache ${isCaching ? 'on' : 'off'}`);
  const settings = isCaching ? cachedSettings() : {};
  return withRuntime({ ...settings, env: { NODE_OPTIONS: smallYoungGeneration } }, (runtime) => run(runtime, options));
}

/** The assembly that the tests have synthesized already, if there is one. */
function cachedSettings(): { assembly: string } | { context: string[] } {
  const assembly = process.env['TEST_CACHED_ASSEMBLY'];
  return assembly ? { assembly } : { context: ['decisionCacheSeconds=300'] };
}

async function run(runtime: RuntimeProcess, { minutes, seed, readers = 3 }: SoakOptions) {
  const tally = new Tally();
  const random = (stream: number) => new Random(seed + stream);
  const faults = new Faults(runtime.outputs, random(1), tally);
  const world: World = { outputs: runtime.outputs, model: new Model(), faults, tally };
  const memory = new Memory(runtime.pid);
  const managers = [
    new Manager(world, customer(world, runtime.outputs.adminKey), 'customer', random(2)),
    new Manager(world, operator(world), 'operator', random(3)),
  ];
  try {
    const ended = new AbortController();
    const timer = setTimeout(() => ended.abort(), minutes * 60_000);
    await warmUp(world);
    const running = [
      faults.run(ended.signal),
      memory.run(ended.signal),
      ...managers.map((manager) => manager.run(ended.signal)),
      ...Array.from({ length: readers }, (_, index) => read(world, random(10 + index), ended.signal)),
    ];
    // The first failure ends the run; the others finish their current operation.
    const outcomes = await Promise.allSettled(running.map((one) => one.finally(() => ended.abort())));
    clearTimeout(timer);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    await findLost(world);
  } finally {
    tally.print(join(runtime.dataDir, 'logs'));
  }
  const { requests, wrongAllows, wrongDenies, lostKeys, outages } = tally;
  const rssGrowthMb = rounded(memory.growthMb);
  const isRight = wrongAllows + wrongDenies + lostKeys === 0;
  if (!isRight || rssGrowthMb > allowedGrowthMb(minutes)) process.exitCode = 1;
  return { requests, wrongAllows, wrongDenies, lostKeys, outages, rssGrowthMb };
}
