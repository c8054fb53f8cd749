import { randomInt } from 'node:crypto';
import { constants } from 'node:os';
import { parseArgs } from 'node:util';
import { soak } from '../test/soak/soak.ts';
import { cache } from './cache.ts';
import { cold } from './cold.ts';
import { containment } from './containment.ts';
import { flood } from './flood.ts';
import { leaked } from './leaked.ts';
import { plans } from './plans.ts';
import { portal } from './portal.ts';
import { revocation } from './revocation.ts';
import { warm } from './warm.ts';

// `npm run bench -- NAME [--json]` runs one benchmark and prints its measurements.

interface Options {
  readonly minutes: number;
  readonly seed: number;
  /** The duration of Scalekit's outage. */
  readonly seconds: number;
}

const benches: Readonly<Record<string, (options: Options) => Promise<object>>> = {
  cold,
  warm,
  revocation,
  flood,
  leaked,
  soak,
  containment,
  cache,
  portal,
  plans,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
  },
});
const [name = ''] = positionals;
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
const options = { minutes: Number(values.minutes), seed: Number(values.seed), seconds: Number(values.seconds) };
if (!bench || !(options.minutes > 0) || !Number.isSafeInteger(options.seed) || !(options.seconds > 0)) {
  console.error(
    `Usage: npm run bench -- ${Object.keys(benches).join('|')} [--json]. Options: soak: --minutes (such as 10 or 0.5); soak and containment: --seed (a whole number); cache: --seconds (such as 60)`,
  );
  process.exit(1);
}
// An exit ends the processes of a benchmark; a signal alone would leave them running.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => process.exit(128 + constants.signals[signal]));
const result = await bench(options);
if (values.json) console.log(JSON.stringify(result));
else console.table(flat(result));
process.exit();

/** Flattens nested results: `cacheOff.p50Ms`. */
function flat(nested: object, prefix = ''): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(nested).flatMap(([key, value]) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(flat(value as object, `${prefix}${key}.`))
        : [[`${prefix}${key}`, value]],
    ),
  );
}
