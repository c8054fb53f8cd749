import { containInLarge } from '../test/containment/large.ts';
import { race } from '../test/containment/race.ts';
import { startRuntimeProcess } from '../test/support/runtime-process.ts';

const races = 20;

/** Races a thief against docs/incidents.md, with seeds from `seed` on; then ends keys among 5,000, at 100 ms per page. */
export async function containment({ seed }: { readonly seed: number }) {
  const runtime = await startRuntimeProcess();
  const run = async (way: 'since' | 'issued') => {
    const total = { races, made: 0, alive: 0, maxSeconds: 0 };
    for (let index = 0; index < races; index++) {
      const { made, alive, seconds } = await race(runtime, seed + index, way);
      total.made += made;
      total.alive += alive;
      total.maxSeconds = Math.max(total.maxSeconds, seconds);
    }
    return total;
  };
  const result = {
    since: await run('since'),
    issued: await run('issued'),
    large: await containInLarge(runtime, 5_000, 100),
  };
  await runtime.stop();
  return result;
}
