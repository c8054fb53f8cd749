import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { Invocation, InvocationResult, WorkerMessage, WorkerSetup } from './protocol.ts';

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

async function invoke(handler: Handler, { event, context, deadline }: Invocation): Promise<InvocationResult> {
  try {
    const result = await handler(JSON.parse(event), {
      ...context,
      getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    });
    return { ok: true, payload: JSON.stringify(result ?? null) };
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): InvocationResult {
  return error instanceof Error
    ? { ok: false, errorType: error.name, errorMessage: error.message }
    : { ok: false, errorType: typeof error, errorMessage: String(error) };
}

try {
  const handler = load();
  parentPort?.on('message', (invocation: Invocation) => {
    void invoke(handler, invocation).then(post);
  });
  post({ initialized: true });
} catch (error) {
  post(failure(error));
}
