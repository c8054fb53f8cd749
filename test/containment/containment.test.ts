import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';
import { containInLarge } from './large.ts';
import { race } from './race.ts';

// The commands of docs/incidents.md under the heaviest load. `npm run bench -- containment` runs more of this.

let runtime: RuntimeProcess;
beforeAll(async () => {
  runtime = await startRuntimeProcess();
});
afterAll(() => runtime.stop());

test.each(['since', 'issued'] as const)(
  'the steps of docs/incidents.md end every key of a thief who keeps making keys: %s',
  async (way) => {
    const { made, alive } = await race(runtime, 1, way);
    expect(made).toBeGreaterThan(40);
    expect(alive).toBe(0);
  },
);

test('in an organization that is too large for one search, all keys that are meant end', {
  timeout: 300_000,
}, async () => {
  const ways = ['createdAfter', 'userId', 'rotation', 'leaver'] as const;
  const contained = await containInLarge(runtime, 600, 300, ways); // 20 pages, 6 s: a search ends after 5 s
  expect(Object.keys(contained)).toEqual(ways);
  for (const [way, { isOver }] of Object.entries(contained)) expect(isOver, way).toBe(true);
});
