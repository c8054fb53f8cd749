import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';
import { containInLarge } from './large.ts';
import { race } from './race.ts';

// The commands of docs/incidents.md where they have the most to do; `npm run bench -- containment` does more of it.

let runtime: RuntimeProcess;
beforeAll(async () => {
  runtime = await startRuntimeProcess();
});
afterAll(() => runtime.stop());

test.each(['since', 'issued'] as const)(
  'a thief who makes keys all the while has none left, by the steps of docs/incidents.md: %s',
  async (way) => {
    const { made, alive } = await race(runtime, 1, way);
    expect(made).toBeGreaterThan(40);
    expect(alive).toBe(0);
  },
);

test('an organization that one search is too short for is contained', { timeout: 300_000 }, async () => {
  const ways = ['createdAfter', 'userId', 'rotation', 'leaver'] as const;
  const contained = await containInLarge(runtime, 600, 300, ways); // 20 pages, 6 s: a search ends after 5 s
  expect(Object.keys(contained)).toEqual(ways);
  for (const [way, { isOver }] of Object.entries(contained)) expect(isOver, way).toBe(true);
});
