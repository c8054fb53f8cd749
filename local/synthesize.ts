import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from './user-error.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The example that is served beside the project's own app. */
const exampleApp = 'npx node examples/notes/app.ts';

/** Synthesizes all that is served, each app into a folder of its own, and resolves to the folders. */
export async function synthesizeApps(assemblies: string, context: readonly string[]): Promise<string[]> {
  const [own, example] = [join(assemblies, 'api-keys'), join(assemblies, 'notes')];
  const failed = new AbortController();
  try {
    const stopped = { signal: failed.signal };
    await Promise.all([
      synthesize(own, context, stopped),
      synthesize(example, context, { app: exampleApp, ...stopped }),
    ]);
  } catch (error) {
    failed.abort(); // nobody waits for the other one
    throw error;
  }
  return [own, example];
}

/**
 * Runs `cdk synth` of an app (the project's own by default) into a folder, as a deployment would, with CDK context as
 * `name=value`; rejects with a {@link UserError} that quotes CDK's reason.
 */
export function synthesize(
  outputFolder: string,
  context: readonly string[],
  { app, signal }: { readonly app?: string; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const cdk = join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const given = app === undefined ? [] : ['--app', app];
  const args = [
    cdk,
    'synth',
    '--quiet',
    ...given,
    '--output',
    outputFolder,
    ...context.flatMap((pair) => ['--context', pair]),
  ];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: root, ...(signal ? { signal } : {}) }, (error, _stdout, stderr) => {
      if (error) return reject(new UserError(`cdk synth failed: ${reasonOf(stderr) ?? error.message}`));
      // The bundles are CommonJS, whatever the package.json of a folder above says.
      writeFileSync(join(outputFolder, 'package.json'), '{"type":"commonjs"}\n');
      resolve();
    });
  });
}

function reasonOf(stderr: string): string | undefined {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !line.includes('Subprocess exited'));
  return lines.find((line) => /^\s*\w*Error\b.*: /.test(line))?.replace(/^\s*\w*Error[^:]*: /, '') ?? lines.at(-1);
}
