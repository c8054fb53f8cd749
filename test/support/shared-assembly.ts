import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./synthesize.ts', import.meta.url));

/**
 * Synthesizes once per test run. Tests find the results through the environment: the product (`TEST_ASSEMBLY`), the product
 * with cached decisions (`TEST_CACHED_ASSEMBLY`), with limits of new keys (`TEST_LIMITED_ASSEMBLY`), with plans
 * (`TEST_PLANS_ASSEMBLY`) and with every setting (`TEST_FULL_ASSEMBLY`), the example (`TEST_NOTES_ASSEMBLY`), and the functions'
 * bundles (`TEST_BUNDLES`).
 * Runs of the same code that follow each other, as in CI, share the results through a folder, `TEST_SYNTHESIS`.
 */
export default function setup(): void {
  if (process.env['TEST_ASSEMBLY']) return;
  const folder = process.env['TEST_SYNTHESIS'] || mkdtempSync(join(tmpdir(), 'assembly-'));
  if (!existsSync(join(folder, 'bundles'))) execFileSync(process.execPath, [script, folder], { stdio: 'pipe' });
  Object.assign(process.env, {
    TEST_ASSEMBLY: join(folder, 'product'),
    TEST_CACHED_ASSEMBLY: join(folder, 'cached'),
    TEST_LIMITED_ASSEMBLY: join(folder, 'limited'),
    TEST_PLANS_ASSEMBLY: join(folder, 'plans'),
    TEST_FULL_ASSEMBLY: join(folder, 'everything'),
    TEST_NOTES_ASSEMBLY: join(folder, 'notes'),
    TEST_BUNDLES: join(folder, 'bundles'),
  });
}
