import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Outputs } from '../../local/outputs.ts';
import { clientOf } from '../support/client.ts';

// `npm run bench` in its own process, with its own temporary folder, so that tests see what it leaves behind.

const main = fileURLToPath(new URL('../../bench/main.ts', import.meta.url));
let folder: string;
let bench: ChildProcess;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bench-test-'));
  bench = spawn(process.execPath, [main, 'flood'], { env: { ...process.env, TMPDIR: folder }, stdio: 'ignore' });
});
afterEach(() => {
  bench.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const dataFolders = () => readdirSync(folder).filter((name) => name.startsWith('api-keys-'));

/** Waits for a file of the runtime that the bench starts. */
function fileOfRuntime(name: string): Promise<string> {
  return vi.waitUntil(
    () => {
      const [file] = dataFolders().map((data) => join(folder, data, name));
      return file !== undefined && existsSync(file) && readFileSync(file, 'utf8');
    },
    { timeout: 100_000 },
  );
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Waits until the bench has ended with this exit code, and expects it to leave nothing behind. */
async function expectEnded(code: number, pid: number): Promise<void> {
  if (bench.exitCode === null) await once(bench, 'exit');
  expect(bench.exitCode).toBe(code);
  await vi.waitUntil(() => !isRunning(pid), { timeout: 20_000 });
  expect(dataFolders()).toEqual([]);
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('a bench that is ended by %s ends its runtime, and leaves no key behind', async (signal, code) => {
  const pid = Number(await fileOfRuntime('runtime.pid'));
  bench.kill(signal);
  await expectEnded(code, pid);
});

test('a bench that fails ends its runtime, and leaves no key behind', async () => {
  const pid = Number(await fileOfRuntime('runtime.pid'));
  const outputs = JSON.parse(await fileOfRuntime('outputs.json')) as Outputs;
  const { call } = clientOf(() => outputs);
  // The bench sends this key as a good one. The runtime may end before it answers.
  await call(null, 'POST', '/revoke', new URLSearchParams({ token: outputs.adminKey ?? '' })).catch(() => {});
  await expectEnded(1, pid);
});
