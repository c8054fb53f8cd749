import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../local/synthesize.ts';

/** Synthesizes the project once for all runtimes of a test run; they find it by `TEST_ASSEMBLY`. */
export default async function setup(): Promise<() => void> {
  if (process.env['TEST_ASSEMBLY']) return () => {};
  const folder = mkdtempSync(join(tmpdir(), 'assembly-'));
  process.env['TEST_ASSEMBLY'] = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await synthesize(folder, []);
  return () => {};
}
