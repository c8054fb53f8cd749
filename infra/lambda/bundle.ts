import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const connect = `${root}node_modules/@connectrpc/connect/dist/cjs`;
const bundles = new Map<string, string>();
let parent: string | undefined;

/**
 * Bundles a function as it is deployed, once a process, and returns the folder with its `index.js`. In this process rather than
 * by NodejsFunction, which starts npx and esbuild for each function, and takes about a second for it. CommonJS loads faster
 * than ESM. The AWS SDK is bundled too: what is tested is what runs, not the version that the runtime brings.
 */
export function bundleFunction(entry: string): string {
  const known = bundles.get(entry);
  if (known !== undefined) return known;
  const folder = `${bundlesFolder()}/${entry}`;
  // Not at the top: the package that other projects install has its bundles, and no esbuild.
  const { buildSync } = createRequire(import.meta.url)('esbuild') as typeof import('esbuild');
  buildSync({
    stdin: {
      contents: `import './infra/lambda/mapped-stacks.mjs'; export { handler } from './functions/${entry}/handler.ts';`,
      resolveDir: root,
    },
    outfile: `${folder}/index.js`,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
    // What the SDK and connect load and our calls never use: half of the import time.
    inject: [`${root}infra/lambda/headers.mjs`],
    alias: {
      axios: `${root}infra/lambda/no-axios.cjs`,
      '@connectrpc/connect': `${root}infra/lambda/connect.cjs`,
      '@connectrpc/connect/protocol': `${connect}/protocol/index.js`,
      '@connectrpc/connect/protocol-grpc': `${connect}/protocol-grpc/index.js`,
      '@connectrpc/connect/protocol-connect': `${root}infra/lambda/no-protocol.cjs`,
      '@connectrpc/connect/protocol-grpc-web': `${root}infra/lambda/no-protocol.cjs`,
    },
  });
  bundles.set(entry, folder);
  return folder;
}

/** At the same depth below the project in every run, for source maps name sources by the way to them. */
function bundlesFolder(): string {
  if (parent === undefined) {
    mkdirSync(`${root}dist`, { recursive: true });
    const folder = mkdtempSync(`${root}dist/bundles-`);
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    parent = folder;
  }
  return parent;
}
