import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize, synthesizeApps } from '../../local/synthesize.ts';

/**
 * Synthesizes once, for all runtimes of a test run, what they find by the environment: the project (`TEST_ASSEMBLY`), the
 * project with decisions cached (`TEST_CACHED_ASSEMBLY`), and the example (`TEST_NOTES_ASSEMBLY`).
 */
export default async function setup(): Promise<() => void> {
  if (process.env['TEST_ASSEMBLY']) return () => {};
  const folder = mkdtempSync(join(tmpdir(), 'assembly-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const cached = join(folder, 'cached');
  const [[own, notes]] = await Promise.all([
    synthesizeApps(folder, []),
    synthesize(cached, ['authorizerTtlSeconds=300']),
  ]);
  Object.assign(process.env, { TEST_ASSEMBLY: own, TEST_CACHED_ASSEMBLY: cached, TEST_NOTES_ASSEMBLY: notes });
  return () => {};
}
