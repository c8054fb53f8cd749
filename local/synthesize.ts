import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from './user-error.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs `cdk synth` into a folder, as a deployment would, with CDK context as `name=value`; rejects with a
 * {@link UserError} that quotes CDK's reason.
 */
export function synthesize(outputFolder: string, context: readonly string[]): Promise<void> {
  const cdk = join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const args = [cdk, 'synth', '--quiet', '--output', outputFolder, ...context.flatMap((pair) => ['--context', pair])];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: root }, (error, _stdout, stderr) => {
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
