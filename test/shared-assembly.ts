import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesizeApps } from '../local/synthesize.ts';

/**
 * Synthesizes the project and its example once for all runtimes of a test run; they find the one by `TEST_ASSEMBLY` and the
 * other by `TEST_NOTES_ASSEMBLY`.
 */
export default async function setup(): Promise<() => void> {
  if (process.env['TEST_ASSEMBLY']) return () => {};
  const folder = mkdtempSync(join(tmpdir(), 'assembly-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  [process.env['TEST_ASSEMBLY'], process.env['TEST_NOTES_ASSEMBLY']] = await synthesizeApps(folder, []);
  return () => {};
}
