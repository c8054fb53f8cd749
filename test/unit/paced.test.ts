import { expect, test } from 'vitest';
import { paced } from '../../shared/scalekit/paced.ts';

test('simultaneous callers share one run', async () => {
  let runs = 0;
  const run = paced(
    async () => ++runs,
    1000,
    () => true,
  );
  expect(await Promise.all([run(), run(), run()])).toEqual([1, 1, 1]);
});

test('runs again only when the pace allows, also after a lasting failure', async () => {
  let now = 0;
  let runs = 0;
  const run = paced(
    async () => {
      if (++runs === 1) throw new Error('first');
      return runs;
    },
    1000,
    () => true,
    () => now,
  );
  await expect(run()).rejects.toThrow('first');
  now = 999;
  await expect(run()).rejects.toThrow('first');
  now = 1000;
  expect(await run()).toBe(2);
});

test('a run that takes longer than the pace is still shared', async () => {
  let now = 0;
  let finish = (_value: string) => {};
  let runs = 0;
  const run = paced(
    () => {
      runs++;
      return new Promise<string>((resolve) => {
        finish = resolve;
      });
    },
    1000,
    () => true,
    () => now,
  );
  const first = run();
  now = 5000;
  const second = run();
  finish('done');
  expect(await Promise.all([first, second])).toEqual(['done', 'done']);
  expect(runs).toBe(1);
});

test('a passing failure is shared only by the callers during that run', async () => {
  let runs = 0;
  const run = paced(
    async () => {
      if (++runs === 1) throw new Error('passing');
      return runs;
    },
    1000,
    () => false,
  );
  const outcomes = await Promise.allSettled([run(), run()]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(runs).toBe(1);
  expect(await run()).toBe(2);
});
