import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Puts the temporary files of a test run into one folder and removes it at the end. Vitest kills its workers, so what they would
 * remove at their exit stays.
 */
export default function setup(): void {
  if (process.env['TEST_TEMPORARY_FOLDER']) return;
  const folder = mkdtempSync(join(tmpdir(), 'tests-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  Object.assign(process.env, { TMPDIR: folder, TEST_TEMPORARY_FOLDER: folder });
}
