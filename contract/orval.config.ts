import { fileURLToPath } from 'node:url';
import { defineConfig } from 'orval';

const folder = fileURLToPath(new URL('../test/e2e/typed-client/', import.meta.url));

/** A typed client made from the contract. The HTTP tests use it as a customer would; TYPED_CLIENT writes it elsewhere. */
export default defineConfig({
  api: {
    input: fileURLToPath(new URL('openapi.json', import.meta.url)),
    output: {
      target: process.env['TYPED_CLIENT'] ?? `${folder}client.ts`,
      client: 'fetch',
      mode: 'single',
      override: { mutator: { path: `${folder}fetch.ts`, name: 'typedFetch', extension: '.ts' } },
    },
  },
});
