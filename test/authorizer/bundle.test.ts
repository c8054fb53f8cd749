import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bundleAuthorizers } from './bundles.ts';

const { ours, plain } = bundleAuthorizers();

test('the bundle holds no schema library, no tracer, and no HTTP or JWT client of the SDK’s', () => {
  const unwanted = [/ZodError/, /aws-xray/, /AxiosHeaders/, /JWSSignatureVerificationFailed/];
  for (const pattern of unwanted) expect(readFileSync(ours.file, 'utf8')).not.toMatch(pattern);
  for (const pattern of unwanted.slice(2)) expect(readFileSync(plain.file, 'utf8')).toMatch(pattern); // they would show
});

test('is no larger than 109 KB: that is what a cold start reads', () => {
  expect(ours.zipKb).toBeLessThanOrEqual(109);
});

test('stack traces name our lines, and the map is read only for them', () => {
  const { stderr } = spawnSync(process.execPath, [ours.file], { encoding: 'utf8', env: {} });
  expect(stderr).toMatch(/Error: The environment variable DECISION_\w+ is not set/);
  expect(stderr).toMatch(/functions\/authorizer\/services\.ts:\d+:\d+/);
  rmSync(`${ours.file}.map`);
  const unmapped = spawnSync(process.execPath, [ours.file], { encoding: 'utf8', env: {} });
  expect(unmapped.stderr).toMatch(/Error: The environment variable DECISION_\w+ is not set[\s\S]*index\.js:\d+:\d+/);
});
