// Lambda's Node.js runtimes have the AWS SDK, so that functions need not bundle it. Here it comes from the folder in which
// `npm start` runs, or from this project.
import { createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** @param {string} specifier */
const isProvided = (specifier) => /^@(aws-sdk|smithy)\//.test(specifier);

const providers = [createRequire(join(process.cwd(), 'index.js')), createRequire(import.meta.url)];

/** The providers' own resolution goes through the hook too. */
let isAsking = false;

/** Resolves packages of the AWS SDK that a function does not bring itself; a missing one is named with its install line. */
export function provideAwsSdk() {
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        if (!isProvided(specifier) || isAsking) throw error;
        isAsking = true;
        try {
          return { url: pathToFileURL(provided(specifier)).href, shortCircuit: true };
        } finally {
          isAsking = false;
        }
      }
    },
  });
}

/** @param {string} specifier */
function provided(specifier) {
  for (const provider of providers) {
    try {
      return provider.resolve(specifier);
    } catch {
      // the next one may have it
    }
  }
  const name = specifier.split('/').slice(0, 2).join('/');
  throw new Error(`${name} is part of Lambda's runtime, but is not installed here: npm install --save-dev ${name}`);
}
