import { defineConfig } from 'vitest/config';

/** The unit tests of the rooms whose code is mutated. */
export default defineConfig({
  test: { include: ['test/unit/**/*.test.ts'], deps: { interopDefault: false }, testTimeout: 120_000 },
});
