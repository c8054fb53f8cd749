import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { LambdaFunction } from '../template/model.ts';
import type { Invocation, WorkerMessage, WorkerSetup } from './protocol.ts';

/** What runs the code of a function: a thread for Node.js, a process for Python. */
export interface RuntimeProcess {
  /** What it prints. */
  readonly output: readonly Readable[];
  send(invocation: Invocation): void;
  terminate(): Promise<unknown>;
}

/** The events of a runtime process. */
export interface RuntimeProcessEvents {
  readonly onMessage: (message: WorkerMessage) => void;
  readonly onError: (error: Error) => void;
  readonly onExit: (code: number | null) => void;
}

/** Starts the process or thread of a function's language. */
export function startRuntimeProcess(
  lambda: LambdaFunction,
  environment: NodeJS.Dict<string>,
  events: RuntimeProcessEvents,
): RuntimeProcess {
  return lambda.language === 'python'
    ? startPython(lambda, environment, events)
    : startNode(lambda, environment, events);
}

function startNode(lambda: LambdaFunction, env: NodeJS.Dict<string>, events: RuntimeProcessEvents): RuntimeProcess {
  const setup: WorkerSetup = {
    folder: lambda.folder,
    handler: lambda.handler,
    sourceMaps: (lambda.environment['NODE_OPTIONS'] ?? '').includes('--enable-source-maps'),
  };
  const worker = new Worker(new URL('./worker.mjs', import.meta.url), {
    workerData: setup,
    env,
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: lambda.memoryMb },
  });
  worker.on('message', events.onMessage).on('error', events.onError).on('exit', events.onExit);
  return {
    output: [worker.stdout, worker.stderr],
    send: (invocation) => worker.postMessage(invocation),
    terminate: () => worker.terminate(),
  };
}

const pythonWorker = fileURLToPath(new URL('./worker.py', import.meta.url));

function startPython(lambda: LambdaFunction, env: NodeJS.Dict<string>, events: RuntimeProcessEvents): RuntimeProcess {
  const child = spawn('python3', ['-u', '-B', pythonWorker, lambda.folder, lambda.handler], {
    env: { ...env, PATH: process.env['PATH'] },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const exited = new Promise((resolve) => void child.once('close', resolve));
  child.on('error', events.onError).on('exit', events.onExit);
  child.stdin.on('error', () => {}); // it ended: `exit` says so
  createInterface({ input: child.stdio[3] as Readable }).on('line', (line) =>
    events.onMessage(JSON.parse(line) as WorkerMessage),
  );
  return {
    output: [child.stdout, child.stderr],
    send: (invocation) => void child.stdin.write(`${JSON.stringify(invocation)}\n`),
    async terminate() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
