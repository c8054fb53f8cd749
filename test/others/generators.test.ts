import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { tool } from './tools.ts';

// Clients that customers generate from the contract, with each generator's defaults.

const contract = fileURLToPath(new URL('../../functions/openapi/openapi.json', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'generated-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (name: string, ...args: string[]) =>
  execFileSync(tool(name), args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });

/** The smallest bodies that the API accepts. Each must compile as it is. */
const bodies = {
  CreateKeyRequest: '{}',
  RotateKeyRequest: '{ overlapSeconds: 60 }',
  UpdateKeyRequest: "{ description: 'CI' }",
  RevokeKeysRequest: "{ issuedBy: 'apit_1' }",
};

const compile = (imports: string, typeOf: (name: string) => string) => {
  const uses = Object.entries(bodies).map(
    ([name, body], index) => `export const use${index}: ${typeOf(name)} = ${body};`,
  );
  const wrong = `// @ts-expect-error a number is no description\nexport const wrong: ${typeOf('UpdateKeyRequest')} = { description: 1 };`;
  writeFileSync(join(folder, 'use.ts'), [imports, ...uses, wrong].join('\n'));
  const options = ['--strict', '--noEmit', '--target', 'es2022', '--module', 'esnext', '--moduleResolution', 'bundler'];
  return run('tsc', ...options, '--lib', 'es2022,dom,dom.iterable', '--skipLibCheck', 'use.ts');
};

test('openapi-typescript', () => {
  run('openapi-typescript', contract, '-o', 'types.ts');
  const imports = "import type { components } from './types';";
  expect(compile(imports, (name) => `components['schemas']['${name}']`)).toBe('');
});

test('@hey-api/openapi-ts', () => {
  run('openapi-ts', '-i', contract, '-o', 'hey-api');
  expect(compile("import type * as api from './hey-api/types.gen';", (name) => `api.${name}`)).toBe('');
});

test('swagger-typescript-api', () => {
  run('swagger-typescript-api', 'generate', '-p', contract, '-o', 'swagger', '-n', 'api.ts');
  expect(compile("import type * as api from './swagger/api';", (name) => `api.${name}`)).toBe('');
});
