import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bundleAuthorizers } from './bundles.ts';

test('the bundle holds no schema library, no tracer, and no HTTP or JWT client of the SDK’s', () => {
  const { ours, plain } = bundleAuthorizers();
  const unwanted = [/ZodError/, /aws-xray/, /AxiosHeaders/, /JWSSignatureVerificationFailed/];
  for (const pattern of unwanted) expect(readFileSync(ours.file, 'utf8')).not.toMatch(pattern);
  for (const pattern of unwanted.slice(2)) expect(readFileSync(plain.file, 'utf8')).toMatch(pattern); // they would show
});
