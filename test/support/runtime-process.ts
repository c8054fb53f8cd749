import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outputs } from '../../local/outputs.ts';
import { synthesize } from '../../local/synthesize.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** However this process ends, it ends its runtimes and deletes their folders with keys. The latest goes first. */
const atExit = new Set<() => void>();
const endAll = () => {
  for (const end of [...atExit].reverse()) end();
};
process.once('exit', endAll);
// SIGTERM ends a test worker, but causes no `exit` event.
process.once('SIGTERM', () => {
  endAll();
  if (process.listenerCount('SIGTERM') === 0) process.kill(process.pid, 'SIGTERM');
});

/** Outputs of a runtime with the embedded Scalekit: no value is null. */
export type EmbeddedOutputs = { readonly [K in keyof Outputs]: NonNullable<Outputs[K]> };

/** `npm start` as a child process. */
export interface RuntimeProcess {
  readonly outputs: EmbeddedOutputs;
  readonly dataDir: string;
  readonly pid: number;
  /** Everything it has printed so far. */
  output(): string;
  /** The signal or exit code, if it has ended without `stop`. */
  endedBy(): string | number | null;
  /** Sends SIGINT, as Ctrl-C does, and returns the exit code. */
  stop(): Promise<number | null>;
}

interface RuntimeSettings {
  readonly dataDir?: string;
  readonly context?: string[];
  readonly assembly?: string;
  readonly args?: string[];
  readonly env?: NodeJS.Dict<string>;
}

/** Starts a runtime, uses it, and stops it, even if `use` fails. */
export async function withRuntime<T>(
  settings: RuntimeSettings,
  use: (runtime: RuntimeProcess) => Promise<T>,
): Promise<T> {
  const runtime = await startRuntimeProcess(settings);
  try {
    return await use(runtime);
  } finally {
    await runtime.stop();
  }
}

/** The assembly of the test run. Without one, or with `context`, synthesizes the project without the example. */
async function assemblyFor(context: readonly string[], dataDir: string): Promise<string> {
  const known = process.env['TEST_ASSEMBLY'];
  if (known && context.length === 0) return known;
  const assembly = join(dataDir, 'assembly');
  await synthesize(assembly, context);
  return assembly;
}

export function newDataDir(): string {
  return mkdtempSync(join(tmpdir(), 'api-keys-'));
}

/** Starts `local/start.cjs` and waits until it serves. If it ends before, rejects with its output. */
export async function startRuntimeProcess(options: RuntimeSettings = {}): Promise<RuntimeProcess> {
  const dataDir = options.dataDir ?? newDataDir();
  const removeData = () => {
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }); // it holds keys
  };
  atExit.add(removeData);
  const { context = [], args = [], env } = options;
  const assembly = options.assembly ?? (await assemblyFor(context, dataDir));
  const { child, output } = spawnRuntime(['--data', dataDir, '--port', '0', '--assembly', assembly, ...args], env);
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', () => /^ready /m.test(output()) && resolve());
    child.once('exit', () => reject(new Error(output())));
  });
  return {
    outputs: JSON.parse(readFileSync(join(dataDir, 'outputs.json'), 'utf8')) as EmbeddedOutputs,
    dataDir,
    pid: child.pid ?? Number.NaN,
    output,
    endedBy: () => child.signalCode ?? child.exitCode,
    async stop() {
      const exited = child.exitCode ?? child.signalCode ?? once(child, 'exit');
      child.kill('SIGINT');
      await exited;
      removeData();
      atExit.delete(removeData);
      return child.exitCode;
    },
  };
}

/** Runs `local/start.cjs` to its end, for a start that must fail. */
export async function failToStart(
  args: string[],
  env?: NodeJS.Dict<string>,
): Promise<{ code: number | null; output: string }> {
  const { child, output } = spawnRuntime(args, env);
  const [code] = (await once(child, 'exit')) as [number | null];
  return { code, output: output() };
}

function spawnRuntime(args: string[], env: NodeJS.Dict<string> = {}): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [join(root, 'local/start.cjs'), ...args], {
    cwd: root,
    env: { ...process.env, ...env },
  });
  const kill = () => void child.kill('SIGKILL');
  atExit.add(kill);
  child.once('exit', () => atExit.delete(kill));
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return { child, output: () => text };
}
