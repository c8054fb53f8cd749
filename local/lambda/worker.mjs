// One execution environment: loads the bundle as Lambda does, then handles one invocation at a time. It is JavaScript because
// every new thread would load Node's TypeScript compiler again: a fifth of a cold start.
import { existsSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { provideAwsSdk } from './provided-packages.mjs';

/** @typedef {(event: unknown, context: unknown) => unknown} Handler */

/** @type {import('./protocol.ts').WorkerSetup} */
const { folder, handler: handlerName, sourceMaps } = workerData;
process.setSourceMapsEnabled(sourceMaps);

provideAwsSdk();
// On Lambda, only a package.json in the bundle can make its files ES modules, not one in a folder above.
registerHooks({
  load(url, context, next) {
    const isOurs = url.startsWith(pathToFileURL(`${folder}/`).href) && url.endsWith('.js');
    return next(url, isOurs && !hasPackage(fileURLToPath(url)) ? { ...context, format: 'commonjs' } : context);
  },
});

/** @param {string} file */
function hasPackage(file) {
  for (let at = dirname(file); at.startsWith(folder); at = dirname(at))
    if (existsSync(join(at, 'package.json'))) return true;
  return false;
}

/** @param {import('./protocol.ts').WorkerMessage} message */
const post = (message) => parentPort?.postMessage(message);

/** @returns {Promise<Handler>} */
async function load() {
  const [module = '', name = ''] = handlerName.split('.');
  const names = ['js', 'mjs', 'cjs'].map((extension) => join(folder, `${module}.${extension}`)); // in Lambda's order
  const file = names.find(existsSync) ?? String(names[0]);
  const handler = (await exportsOf(file))[name];
  if (typeof handler !== 'function') throw new Error(`${handlerName} is not a function that the bundle exports`);
  return /** @type {Handler} */ (handler);
}

/**
 * @param {string} file
 * @returns {Promise<Record<string, unknown>>}
 */
async function exportsOf(file) {
  try {
    return createRequire(file)(file);
  } catch (error) {
    // An ES module with a top-level await.
    if (error instanceof Error && 'code' in error && error.code === 'ERR_REQUIRE_ASYNC_MODULE')
      return import(pathToFileURL(file).href);
    throw error;
  }
}

/**
 * @param {Handler} handler
 * @param {import('./protocol.ts').Invocation} invocation
 * @returns {Promise<import('./protocol.ts').InvocationResult>}
 */
async function invoke(handler, { event, context, deadline }) {
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

/**
 * @param {unknown} error
 * @returns {import('./protocol.ts').InvocationResult & { ok: false }}
 */
function failure(error) {
  return error instanceof Error
    ? { ok: false, errorType: error.name, errorMessage: error.message, trace: error.stack }
    : { ok: false, errorType: typeof error, errorMessage: String(error) };
}

try {
  const handler = await load();
  parentPort?.on('message', (invocation) => {
    void invoke(handler, invocation).then(post);
  });
  post({ initialized: true });
} catch (error) {
  post(failure(error));
}
