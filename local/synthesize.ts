import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { UserError } from './user-error.ts';

/** The project's folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The app that synthesizes the project and the example together. */
const appWithExample = 'examples/local-app.ts';

/** The `app` of an unchanged cdk.json. */
const usualApp = 'npx node infra/app.ts';

/** A synthesis: the folder of its assembly, and whether an earlier run made it. */
export interface Synthesis {
  readonly assembly: string;
  readonly isRemembered: boolean;
}

/**
 * Synthesizes the project and the example into `folder/KEY`, unless they are there already. `key` is a hash of everything that
 * the synthesis depends on. A new synthesis removes the older ones, except `inUse`.
 */
export async function synthesizeOnce(
  folder: string,
  key: string,
  context: readonly string[],
  inUse: readonly string[] = [],
): Promise<Synthesis> {
  const assembly = join(folder, key);
  if (existsSync(join(assembly, 'manifest.json'))) return { assembly, isRemembered: true };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(folder))
    if (!inUse.includes(join(folder, name))) rmSync(join(folder, name), { recursive: true, force: true });
  const unfinished = join(folder, `${key}.unfinished`);
  await synthesize(unfinished, context, appOf());
  renameSync(unfinished, assembly);
  return { assembly, isRemembered: false };
}

/**
 * Synthesizes an app (the project's own by default) into a folder, with CDK context as `name=value`. It runs the app as the CDK
 * CLI does, without starting the CLI. Rejects with a {@link UserError} that quotes the app's error.
 */
export async function synthesize(
  outputFolder: string,
  context: readonly string[],
  app: string = cdkJson().app,
): Promise<void> {
  const given = context.map((pair) => /^([^=]+)=(.*)$/s.exec(pair) ?? noPair(pair));
  const contextJson = {
    ...cdkJson().context,
    'aws:cdk:enable-asset-metadata': true,
    'aws:cdk:bundling-stacks': ['**'],
    ...Object.fromEntries(given.map(([, name, value]) => [name, value])),
  };
  // The CDK's validation takes seconds, and is meant for a deployment. Locally, running the functions validates them.
  const env = {
    CDK_VALIDATION: 'false',
    ...process.env,
    PATH: [join(root, 'local/bin'), process.env['PATH']].join(delimiter),
    CDK_OUTDIR: outputFolder,
    CDK_CONTEXT_JSON: JSON.stringify(contextJson),
  };
  const command = app.replace(/^npx node /, `"${process.execPath}" `);
  const child = spawn(command, { cwd: root, env, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = () => void child.kill();
  process.once('exit', stop);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const code = await new Promise<number | null>((resolve) => void child.once('close', resolve));
  process.removeListener('exit', stop);
  if (code !== 0 || !existsSync(join(outputFolder, 'manifest.json')))
    throw new UserError(`The synthesis failed:${inLines(reasonIn(output))}`);
  // The bundles are CommonJS, even if a package.json in a parent folder says otherwise.
  writeFileSync(join(outputFolder, 'package.json'), '{"type":"commonjs"}\n');
}

function inLines(text: string): string {
  return text.includes('\n') ? `\n${text}` : ` ${text}`;
}

function noPair(pair: string): never {
  throw new UserError(`--context ${pair} is not NAME=VALUE.`);
}

function cdkJson(): { readonly app: string; readonly context: object } {
  return JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as { app: string; context: object };
}

function appOf(): string {
  const { app } = cdkJson();
  return app === usualApp && existsSync(join(root, appWithExample)) ? `npx node ${appWithExample}` : app;
}

/** The useful part of an app's output: esbuild's errors with file and line, or the error with the project's own frames. */
function reasonIn(output: string): string {
  const lines = stripVTControlCharacters(output).split('\n');
  const isNoise = (line: string) =>
    /^(Node\.js v|node:internal|triggerUncaughtException|\^+$|Bundling asset|\s*at (node:|async node:|new ModuleJob|ModuleLoader))/.test(
      line.trim(),
    ) ||
    (/^\s+at /.test(line) && line.includes('node_modules'));
  const start = lines.findIndex((line) => line.includes('[ERROR]'));
  const end = lines.findIndex((line) => /^Error: Build failed|^\s+\^$|throw new |failureErrorWithLog/.test(line));
  const told = start >= 0 ? lines.slice(start, end > start ? end : undefined) : lines.filter((line) => !isNoise(line));
  return told.join('\n').trim() || 'the app ended without an error message';
}
