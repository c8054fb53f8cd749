import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FunctionRunner } from '../../local/lambda/function-runner.ts';
import { parseTemplate } from '../../local/template/assembly.ts';
import type { LambdaFunction } from '../../local/template/model.ts';
import { readModel } from '../../local/template/read-model.ts';

// Other projects bundle their functions in other ways.

test.each([
  ['index.js', "exports.handler = async () => ({ body: 'well' });"],
  ['index.cjs', "exports.handler = async () => ({ body: 'well' });"],
  ['index.mjs', "export const handler = async () => ({ body: 'well' });"],
  ['index.mjs', "const body = await Promise.resolve('well'); export const handler = async () => ({ body });"],
])('runs a handler in %s: %s', async (file, code) => {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  writeFileSync(join(folder, file), code);
  const [lambda] = functionsIn(folder);
  const runner = new FunctionRunner(lambda, {}, () => {});
  expect(await runner.invoke({})).toEqual({ ok: true, payload: '{"body":"well"}' });
  await runner.close();
  rmSync(folder, { recursive: true });
});

test('finds a bundle by the hash in its key if the CDK CLI wrote no path', async () => {
  const assembly = mkdtempSync(join(tmpdir(), 'assembly-'));
  const folder = join(assembly, 'asset.abc');
  mkdirSync(folder);
  expect(functionsIn(assembly, { Code: { S3Bucket: 'assets', S3Key: 'abc.zip' } }, {})[0].folder).toBe(folder);
  rmSync(assembly, { recursive: true });
});

/** The functions of a template with one function, whose asset is a folder. */
function functionsIn(
  folder: string,
  more: object = {},
  Metadata: object = { 'aws:asset:path': '.' },
): [LambdaFunction] {
  const Properties = { Code: {}, Handler: 'index.handler', Role: 'arn:role', Runtime: 'nodejs24.x', ...more };
  const Resources = { Function: { Type: 'AWS::Lambda::Function', Properties, Metadata } };
  const { functions } = readModel([{ name: 'stack', folder, template: parseTemplate({ Resources }) }]);
  return functions as [LambdaFunction];
}
