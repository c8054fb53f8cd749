import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';

// The functions are bundled once per run: see shared-assembly.ts.

vi.mock('../../infra/lambda/bundle.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../infra/lambda/bundle.ts')>();
  const bundleFunction = (entry: string): string => {
    const known = join(process.env['TEST_BUNDLES'] ?? '', entry);
    return existsSync(known) ? known : original.bundleFunction(entry);
  };
  return { ...original, bundleFunction, recordBuild: () => {} };
});
