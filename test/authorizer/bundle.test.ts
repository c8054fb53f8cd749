import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { bundleAuthorizers } from './bundles.ts';

const { ours, plain } = bundleAuthorizers();

/** The files that a request with a key may load. */
const forKeys = ['index.js', 'scalekit.js'];

test('the bundle contains no schema library, no tracer, and none of the SDK’s HTTP and JWT clients', () => {
  const unwanted = [
    /ZodError/,
    /aws-xray/,
    /AxiosHeaders/,
    /JWSSignatureVerificationFailed|ERR_JWS_SIGNATURE_VERIFICATION_FAILED/,
  ];
  const folder = dirname(ours.file);
  const files = readdirSync(folder).filter((name) => name.endsWith('.js'));
  expect(files).toEqual([...forKeys, 'tokens.js']);
  for (const file of forKeys)
    for (const pattern of unwanted) expect(readFileSync(join(folder, file), 'utf8')).not.toMatch(pattern);
  for (const pattern of unwanted.slice(2)) expect(readFileSync(plain.file, 'utf8')).toMatch(pattern); // proves that the patterns match
});

test('the bundle that a cold start reads has at most 76 KB', () => {
  expect(ours.zipKb).toBeLessThanOrEqual(76);
});

test('only the file for tokens contains the library for JWTs', () => {
  expect(readFileSync(join(dirname(ours.file), 'tokens.js'), 'utf8')).toMatch(/ERR_JWS_SIGNATURE_VERIFICATION_FAILED/);
});

test('the file that is always loaded contains nothing of Scalekit’s client', () => {
  expect(readFileSync(ours.file, 'utf8')).not.toMatch(/scalekit\.v1|ConnectError|node:http2/);
  expect(readFileSync(join(dirname(ours.file), 'scalekit.js'), 'utf8')).toMatch(/ConnectError[\s\S]*node:http2/);
});

test('stack traces name our source lines, and only they need the source map', () => {
  const { stderr } = spawnSync(process.execPath, [ours.file], { encoding: 'utf8', env: {} });
  expect(stderr).toMatch(/Error: The environment variable SCALEKIT_\w+ is not set/);
  expect(stderr).toMatch(/functions\/authorizer\/services\.ts:\d+:\d+/);
  rmSync(`${ours.file}.map`);
  const unmapped = spawnSync(process.execPath, [ours.file], { encoding: 'utf8', env: {} });
  expect(unmapped.stderr).toMatch(/Error: The environment variable SCALEKIT_\w+ is not set[\s\S]*index\.js:\d+:\d+/);
});
