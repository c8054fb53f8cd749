import { expect, test } from 'vitest';
import { allowedGrowthMb } from './memory.ts';
import { soak } from './soak.ts';

// One minute of the soak that `npm run bench -- soak` runs for ten.
test('in a minute of mixed traffic under faults, no ended key is accepted, no good key is refused and no key is lost', {
  timeout: 180_000,
}, async () => {
  const minutes = 0.5;
  const { rssGrowthMb, requests, ...wrong } = await soak({ minutes, seed: Date.now() % 2 ** 31, readers: 1 });
  expect(wrong).toMatchObject({ wrongAllows: 0, wrongDenies: 0, lostKeys: 0 });
  expect(requests).toBeGreaterThan(100);
  expect(rssGrowthMb).toBeLessThan(allowedGrowthMb(minutes));
});
