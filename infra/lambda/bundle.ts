import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildOptions, Metafile } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Files beside a bundle that load with the first call that needs them. Most starts with a cached decision never need them. */
const lazyEntries: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  authorizer: { scalekit: 'functions/authorizer/scalekit.ts', tokens: 'functions/authorizer/tokens.ts' },
};

/**
 * The esbuild options of a function. CommonJS loads faster than ESM. The AWS SDK is bundled too, so the tested version runs, not
 * the one in the runtime.
 */
const options = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node24',
  minify: true,
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
  inject: ['infra/lambda/mapped-stacks.mjs', 'infra/lambda/headers.mjs'],
  external: ['#scalekit', '#tokens'],
  // Replaces modules that the SDK and connect load but our calls never use: half of the import time.
  alias: {
    axios: './infra/lambda/no-axios.cjs',
    '@bufbuild/protobuf': './infra/lambda/grpc-client/protobuf.mjs',
    '@bufbuild/protobuf/codegenv2': './infra/lambda/grpc-client/protobuf-codegen.mjs',
    '@bufbuild/protobuf/wkt': './infra/lambda/grpc-client/protobuf-wkt.mjs',
    '@bufbuild/protobuf/wire': './node_modules/@bufbuild/protobuf/dist/esm/wire/base64-encoding.js',
    '@connectrpc/connect': './infra/lambda/grpc-client/connect.mjs',
    '@connectrpc/connect-node': './infra/lambda/grpc-client/connect-node.mjs',
    '@connectrpc/connect/protocol': './infra/lambda/grpc-client/protocol.mjs',
    '@connectrpc/connect/protocol-grpc': './infra/lambda/grpc-client/protocol-grpc.mjs',
    '@connectrpc/connect/protocol-connect': './infra/lambda/grpc-client/no-protocol.mjs',
    '@connectrpc/connect/protocol-grpc-web': './infra/lambda/grpc-client/no-protocol.mjs',
  },
} as const satisfies BuildOptions;

/** The record that is needed to rebuild a bundle: esbuild's options, and the SHA-256 of each input file. */
export interface BuildRecord {
  readonly options: BuildOptions & { readonly entryPoints: Record<string, string> };
  readonly inputs: Readonly<Record<string, string>>;
}

interface Bundle {
  readonly folder: string;
  readonly record: BuildRecord;
}

let bundles: ReadonlyMap<string, Bundle> | undefined;

/** The folder of a function's bundle, as it is deployed: `index.js`, its source map, and files that it loads later. */
export function bundleFunction(entry: string): string {
  return bundleOf(entry).folder;
}

/**
 * Writes the record of a function's bundle into a cloud assembly, named by the SHA-256 of its `index.js`. The local runtime
 * rebuilds the bundle when one of its files changes.
 */
export function recordBuild(entry: string, assembly: string): void {
  const { folder, record } = bundleOf(entry);
  const records = join(assembly, 'builds');
  mkdirSync(records, { recursive: true });
  writeFileSync(join(records, `${sha256(join(folder, 'index.js'))}.json`), JSON.stringify(record));
}

function bundleOf(entry: string): Bundle {
  bundles ??= bundleAll();
  const bundle = bundles.get(entry);
  if (!bundle) throw new Error(`There is no functions/${entry}/handler.ts.`);
  return bundle;
}

/**
 * Bundles every function, once per process, in one run of esbuild that reads each file once and uses all cores. NodejsFunction
 * would start npx and esbuild per function, which takes about a second each.
 */
function bundleAll(): Map<string, Bundle> {
  // Not imported at the top: the package for other projects has its bundles and no esbuild.
  const { buildSync } = createRequire(import.meta.url)('esbuild') as typeof import('esbuild');
  const folder = newFolder();
  const entries = readdirSync(join(root, 'functions')).map(
    (entry) => [entry, { index: `functions/${entry}/handler.ts`, ...lazyEntries[entry] }] as const,
  );
  const entryPoints = entries.flatMap(([entry, files]) =>
    Object.entries(files).map(([name, source]) => [`${entry}/${name}`, source] as const),
  );
  const built = buildSync({ ...options, entryPoints: Object.fromEntries(entryPoints), outdir: folder, metafile: true });
  const hashes = new Map<string, string>();
  const hashOf = (input: string): string => {
    const hash = hashes.get(input) ?? sha256(join(root, input));
    hashes.set(input, hash);
    return hash;
  };
  return new Map(
    entries.map(([entry, files]) => {
      const inputs = inputsOf(built.metafile, `/${entry}/`).map((input) => [input, hashOf(input)] as const);
      const record = { options: { ...options, entryPoints: files }, inputs: Object.fromEntries(inputs) };
      if (entry in lazyEntries) {
        writeFileSync(join(folder, entry, 'package.json'), packageWith(lazyEntries[entry] ?? {}));
        writeFileSync(join(folder, entry, 'warm.mjs'), warmEntry);
      }
      return [entry, { folder: join(folder, entry), record }];
    }),
  );
}

/**
 * The authorizer's entry in provisioned environments. Lambda freezes an environment once its module is loaded, so this module
 * waits for Scalekit's secrets, access token and connection.
 */
const warmEntry = `import { handler, started } from './index.js';
await started;
export { handler };
`;

/** Lets the bundle load its lazy files by name. */
function packageWith(files: Readonly<Record<string, string>>): string {
  const imports = Object.keys(files).map((name) => [`#${name}`, `./${name}.js`] as const);
  return `${JSON.stringify({ type: 'commonjs', imports: Object.fromEntries(imports) })}\n`;
}

function inputsOf({ outputs }: Metafile, folder: string): string[] {
  const ofFolder = Object.entries(outputs).filter(([output]) => output.includes(folder));
  return [...new Set(ofFolder.flatMap(([, { inputs }]) => Object.keys(inputs)))];
}

/** At the same depth below the project in every run, because source maps contain relative paths. */
function newFolder(): string {
  mkdirSync(`${root}dist`, { recursive: true });
  for (const name of readdirSync(`${root}dist`)) {
    const [, pid] = /^bundles-(\d+)-/.exec(name) ?? [];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(`${root}dist/${name}`, { recursive: true, force: true });
  }
  const folder = mkdtempSync(`${root}dist/bundles-${process.pid}-`);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A process that was killed has left its folder. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
