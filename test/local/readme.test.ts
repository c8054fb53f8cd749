import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'readme-'));
let runtime: RuntimeProcess;

beforeAll(async () => {
  runtime = await startRuntimeProcess();
  symlinkSync(runtime.dataDir, join(folder, '.local'));
});
afterAll(async () => {
  await runtime.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('the first block of the README creates a key, uses it, revokes it, and shows that it is refused', async () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, block = ''] = /^```sh first-key\n([\s\S]*?)^```$/m.exec(readme) ?? [];
  const { stdout } = await promisify(execFile)('bash', ['-euc', block], { cwd: folder });
  const [used = '', revoked, refused = ''] = stdout.trim().split('\n');
  expect(JSON.parse(used)).toMatchObject({ organizationId: runtime.outputs.organizationId });
  expect(JSON.parse(used)).not.toMatchObject({ keyId: '' });
  expect(revoked).toBe('204');
  expect(JSON.parse(refused)).toMatchObject({ status: 401, code: 'invalid_token' });
});
