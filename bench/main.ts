import { parseArgs } from 'node:util';
import { cold } from './cold.ts';
import { flood } from './flood.ts';
import { leaked } from './leaked.ts';
import { revocation } from './revocation.ts';
import { warm } from './warm.ts';

// `npm run bench -- NAME [--json]`: each prints what it measured in this run.

const benches: Readonly<Record<string, () => Promise<object>>> = { cold, warm, revocation, flood, leaked };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
});
const [name = ''] = positionals;
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (!bench) {
  console.error(`Usage: npm run bench -- ${Object.keys(benches).join('|')} [--json]`);
  process.exit(1);
}
const result = await bench();
if (values.json) console.log(JSON.stringify(result));
else console.table(flat(result));
process.exit();

/** Nested results side by side: `ttl0.p50Ms`. */
function flat(nested: object, prefix = ''): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(nested).flatMap(([key, value]) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(flat(value as object, `${prefix}${key}.`))
        : [[`${prefix}${key}`, value]],
    ),
  );
}
