import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { Invocation, WorkerMessage, WorkerSetup } from './protocol.ts';

// One execution environment: loads the bundle as Lambda does, then handles one invocation at a time.
const { folder, handler: handlerName, sourceMaps } = workerData as WorkerSetup;
process.setSourceMapsEnabled(sourceMaps);

const post = (message: WorkerMessage) => parentPort?.postMessage(message);

type Handler = (event: unknown, context: unknown) => unknown;

function load(): Handler {
  const [module = '', name = ''] = handlerName.split('.');
  const file = join(folder, `${module}.js`);
  const exported = createRequire(file)(file) as Record<string, unknown>;
  const handler = exported[name];
  if (typeof handler !== 'function') throw new Error(`${handlerName} is not a function that the bundle exports`);
  return handler as Handler;
}

async function invoke(handler: Handler, { event, context, deadline }: Invocation): Promise<WorkerMessage> {
  try {
    const result = await handler(JSON.parse(event), {
      ...context,
      getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    });
    return { kind: 'result', payload: JSON.stringify(result ?? null) };
  } catch (error) {
    return { kind: 'error', ...describe(error) };
  }
}

function describe(error: unknown): { errorType: string; errorMessage: string } {
  return error instanceof Error
    ? { errorType: error.name, errorMessage: error.message }
    : { errorType: typeof error, errorMessage: String(error) };
}

try {
  const handler = load();
  parentPort?.on('message', (invocation: Invocation) => {
    void invoke(handler, invocation).then(post);
  });
  post({ kind: 'ready' });
} catch (error) {
  post({ kind: 'init_error', ...describe(error) });
}
