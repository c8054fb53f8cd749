import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { App, Stack } from 'aws-cdk-lib';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import { type BundlingOptions, LogLevel, NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { bundling, nodeOptions } from '../infra/api-function.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A bundle on disk, and how it is deployed. */
export interface Bundle {
  readonly file: string;
  readonly zipKb: number;
  readonly nodeOptions: string;
}

/**
 * Bundles our authorizer as the stack does, and the plain recipe with what NodejsFunction does by itself, but for
 * minifying it too and bundling the AWS SDK, so that both are measured whole.
 */
export function bundleAuthorizers(): { ours: Bundle; plain: Bundle } {
  const outdir = mkdtempSync(join(tmpdir(), 'bench-'));
  process.once('exit', () => rmSync(outdir, { recursive: true, force: true }));
  const app = new App({ outdir, context: { 'aws:cdk:enable-asset-metadata': true } });
  const stack = new Stack(app, 'Bench');
  const add = (id: string, entry: string, options: BundlingOptions) =>
    new NodejsFunction(stack, id, {
      entry: root + entry,
      projectRoot: root,
      depsLockFilePath: `${root}package-lock.json`,
      runtime: Runtime.NODEJS_24_X,
      bundling: { ...options, logLevel: LogLevel.ERROR },
    });
  add('Ours', 'functions/authorizer/handler.ts', bundling);
  add('Plain', 'bench/plain-recipe/handler.ts', { minify: true, bundleAwsSDK: true });
  const { template } = app.synth().getStackByName('Bench') as {
    template: { Resources: Record<string, { Type: string; Metadata: Record<string, string> }> };
  };
  writeFileSync(join(outdir, 'package.json'), '{"type":"commonjs"}');
  const bundleOf = (id: string, options: string): Bundle => {
    const [, lambda] =
      Object.entries(template.Resources).find(
        ([name, { Type }]) => name.startsWith(id) && Type === 'AWS::Lambda::Function',
      ) ?? [];
    const file = join(outdir, lambda?.Metadata['aws:asset:path'] ?? '', 'index.js');
    return { file, zipKb: Math.round(gzipSync(readFileSync(file)).length / 1024), nodeOptions: options };
  };
  return { ours: bundleOf('Ours', nodeOptions), plain: bundleOf('Plain', '') };
}
