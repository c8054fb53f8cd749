import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync } from 'esbuild';
import { bundleFunction } from '../infra/lambda/bundle.ts';
import { propsTable } from './props-table.ts';

// `npm run package`: builds the package that other projects install. `…/caller` is for their backends and needs nothing. `…/cdk`
// is for their CDK app and has the functions as bundles.

const root = fileURLToPath(new URL('..', import.meta.url));
const out = `${root}dist/package`;
const { name, version, description, license, devDependencies } = JSON.parse(
  readFileSync(`${root}package.json`, 'utf8'),
) as Record<'name' | 'version' | 'description' | 'license', string> & { devDependencies: Record<string, string> };

/** The packages that users already have, in the versions that this package is tested with. */
const peers = ['aws-cdk-lib', 'constructs', '@types/aws-lambda'];

/** The folder of the functions in the package. */
const functionsFolder = 'functions';

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

/** Builds an entry as both kinds of module. A CommonJS module has no `import.meta.url`, so it gets one. */
function buildEntry(entry: string, source: string, external: string[]): void {
  const common: BuildOptions = {
    entryPoints: [root + source],
    bundle: true,
    platform: 'node',
    target: 'node20',
    external,
    define: { PREBUILT_FUNCTIONS: JSON.stringify(functionsFolder) },
  };
  buildSync({ ...common, format: 'esm', outfile: `${out}/${entry}.mjs` });
  buildSync({
    ...common,
    format: 'cjs',
    outfile: `${out}/${entry}.cjs`,
    define: { ...common.define, 'import.meta.url': 'moduleUrl' },
    banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
  });
}

function buildFunctions(): void {
  for (const entry of readdirSync(`${root}functions`).filter((name) => name !== 'whoami'))
    cpSync(bundleFunction(entry), `${out}/${functionsFolder}/${entry}`, { recursive: true });
}

/** Builds the types in the folders of their sources, because the types import each other. */
function buildTypes(): void {
  const tsc = `${root}node_modules/typescript/bin/tsc`;
  execFileSync(process.execPath, [tsc, '--project', `${root}package/tsconfig.json`, '--outDir', `${out}/types`], {
    stdio: 'inherit',
  });
}

const entryOf = (entry: string, types: string) => ({
  import: { types: `./types/${types}.d.ts`, default: `./${entry}.mjs` },
  require: { types: `./types/${types}.d.ts`, default: `./${entry}.cjs` },
});

buildEntry('caller', 'package/caller.ts', []);
buildEntry('cdk', 'infra/api-key-auth.ts', ['aws-cdk-lib', 'constructs', 'esbuild']);
buildFunctions();
buildTypes();
cpSync(`${root}LICENSE`, `${out}/LICENSE`);
const readme = readFileSync(`${root}package/README.md`, 'utf8');
writeFileSync(`${out}/README.md`, readme.replace('<!-- props -->', propsTable()));
const manifest = {
  name,
  version,
  description,
  license,
  exports: { './caller': entryOf('caller', 'package/caller'), './cdk': entryOf('cdk', 'infra/api-key-auth') },
  // For module resolution `node`, which older apps of `cdk init` use: it does not read `exports`.
  typesVersions: {
    '*': { caller: ['types/package/caller.d.ts'], cdk: ['types/infra/api-key-auth.d.ts'] },
  },
  peerDependencies: Object.fromEntries(peers.map((peer) => [peer, devDependencies[peer]])),
  peerDependenciesMeta: Object.fromEntries(peers.map((peer) => [peer, { optional: true }])),
};
writeFileSync(`${out}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
