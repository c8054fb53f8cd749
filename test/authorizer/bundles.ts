import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { App, Stack } from 'aws-cdk-lib';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogLevel, NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { bundleFunction } from '../../infra/lambda/bundle.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A bundle on disk, and the size of what a request with a key may load. */
export interface Bundle {
  readonly file: string;
  readonly zipKb: number;
}

/**
 * Bundles our authorizer as the stack does, and the plain recipe with NodejsFunction's defaults. The plain bundle is minified
 * too and includes the AWS SDK, so that both are measured whole.
 */
export function bundleAuthorizers(): { ours: Bundle; plain: Bundle } {
  const outdir = mkdtempSync(join(tmpdir(), 'bench-'));
  process.once('exit', () => rmSync(outdir, { recursive: true, force: true }));
  cpSync(bundleFunction('authorizer'), join(outdir, 'ours'), { recursive: true });
  const plain = bundlePlainRecipe(outdir);
  writeFileSync(join(outdir, 'package.json'), '{"type":"commonjs"}'); // overrides the package.json of a parent folder
  const bundleOf = (folder: string): Bundle => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.js') && name !== 'tokens.js');
    const bytes = files.map((name) => gzipSync(readFileSync(join(folder, name))).length);
    return { file: join(folder, 'index.js'), zipKb: Math.round(bytes.reduce((sum, size) => sum + size, 0) / 1024) };
  };
  return { ours: bundleOf(join(outdir, 'ours')), plain: bundleOf(plain) };
}

/** The folder of the plain recipe's bundle. */
function bundlePlainRecipe(outdir: string): string {
  const app = new App({ outdir, context: { 'aws:cdk:enable-asset-metadata': true } });
  const stack = new Stack(app, 'Bench');
  new NodejsFunction(stack, 'Plain', {
    entry: `${root}test/authorizer/plain-recipe/handler.ts`,
    projectRoot: root,
    depsLockFilePath: `${root}package-lock.json`,
    runtime: Runtime.NODEJS_24_X,
    bundling: { minify: true, bundleAwsSDK: true, logLevel: LogLevel.ERROR },
  });
  const { template } = app.synth().getStackByName('Bench') as {
    template: { Resources: Record<string, { Type: string; Metadata: Record<string, string> }> };
  };
  const lambda = Object.values(template.Resources).find(({ Type }) => Type === 'AWS::Lambda::Function');
  return join(outdir, lambda?.Metadata['aws:asset:path'] ?? '');
}
