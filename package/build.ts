import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { bundleFunction } from '../infra/lambda/bundle.ts';
import { propsTable } from './props-table.ts';

// `npm run package`: builds the package that other projects install. `…/caller` is for their backends and needs nothing. `…/cdk`
// is for their CDK app and has the functions as bundles.

const root = fileURLToPath(new URL('..', import.meta.url));
const out = `${root}dist/package`;
const { name, version, description, license, devDependencies } = JSON.parse(
  readFileSync(`${root}package.json`, 'utf8'),
) as Record<'name' | 'version' | 'description' | 'license', string> & { devDependencies: Record<string, string> };

const { devDependencies: lowest } = JSON.parse(readFileSync(`${root}test/others/package.json`, 'utf8')) as {
  devDependencies: Record<string, string>;
};

/** The packages that users have already. The CDK from the lowest version that a test holds. */
const peers = {
  'aws-cdk-lib': `^${lowest['aws-cdk-lib']}`,
  constructs: `^${lowest['constructs']}`,
  '@types/aws-lambda': devDependencies['@types/aws-lambda'],
};

/** The folder of the functions in the package. */
const functionsFolder = 'functions';

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

/**
 * Builds an entry as CommonJS, which both kinds of module can import. One file per entry, so that no app loads the construct twice.
 * CommonJS has no `import.meta.url`, so it gets one.
 */
function buildEntry(entry: string, source: string, external: string[]): void {
  buildSync({
    entryPoints: [root + source],
    outfile: `${out}/${entry}.js`,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external,
    define: { PREBUILT_FUNCTIONS: JSON.stringify(functionsFolder), 'import.meta.url': 'moduleUrl' },
    banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
  });
}

/** Builds the commands, each loaded only when it is called. ESM, because they wait at the top level. */
function buildCommands(): void {
  buildSync({
    entryPoints: { cli: `${root}package/cli.ts` },
    outdir: `${out}/commands`,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    define: { PREBUILT_FUNCTIONS: JSON.stringify(functionsFolder) },
    banner: { js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);" },
  });
  const cli = `${out}/commands/cli.mjs`;
  writeFileSync(cli, `#!/usr/bin/env node\n${readFileSync(cli, 'utf8')}`, { mode: 0o755 });
}

function buildFunctions(): void {
  for (const entry of readdirSync(`${root}functions`).filter((name) => name !== 'whoami')) {
    const folder = `${out}/${functionsFolder}/${entry}`;
    cpSync(bundleFunction(entry), folder, { recursive: true });
    withoutImports(folder);
  }
}

/**
 * In a package, tools complain of a nested package.json with `imports`. So a bundle names its lazy file by its path. The new
 * text is as long as the old, so that the source map stays true.
 */
function withoutImports(folder: string): void {
  if (!existsSync(`${folder}/package.json`)) return;
  rmSync(`${folder}/package.json`);
  let code = readFileSync(`${folder}/index.js`, 'utf8');
  for (const [name, short] of [
    ['scalekit', 's'],
    ['tokens', 't'],
  ] as const) {
    const named = `import("#${name}")`;
    const byPath = `import("./${short}.js")`.padEnd(named.length);
    if (code.split(named).length !== 2 || byPath.length !== named.length)
      throw new Error(`${folder}/index.js does not have ${named} once, or its path is longer.`);
    code = code.replace(named, byPath);
    renameSync(`${folder}/${name}.js`, `${folder}/${short}.js`);
  }
  writeFileSync(`${folder}/index.js`, code);
}

/** Builds the types in the folders of their sources, because the types import each other. */
function buildTypes(): void {
  const tsc = `${root}node_modules/typescript/bin/tsc`;
  execFileSync(process.execPath, [tsc, '--project', `${root}package/tsconfig.json`, '--outDir', `${out}/types`], {
    stdio: 'inherit',
  });
}

const entryOf = (entry: string, types: string) => ({ types: `./types/${types}.d.ts`, default: `./${entry}.js` });

buildEntry('caller', 'package/caller.ts', []);
buildEntry('cdk', 'infra/api-key-auth.ts', ['aws-cdk-lib', 'constructs', 'esbuild']);
buildCommands();
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
  type: 'commonjs',
  engines: { node: '>=20' },
  bin: 'commands/cli.mjs',
  exports: { './caller': entryOf('caller', 'package/caller'), './cdk': entryOf('cdk', 'infra/api-key-auth') },
  // For module resolution `node`, which older apps of `cdk init` use: it does not read `exports`.
  typesVersions: {
    '*': { caller: ['types/package/caller.d.ts'], cdk: ['types/infra/api-key-auth.d.ts'] },
  },
  peerDependencies: peers,
  peerDependenciesMeta: Object.fromEntries(Object.keys(peers).map((peer) => [peer, { optional: true }])),
};
writeFileSync(`${out}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
