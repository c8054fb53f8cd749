import { defineConfig } from 'vitest/config';

/** CommonJS packages are imported as Node does it, so that tests see the code as it runs. */
const deps = { interopDefault: false };

export default defineConfig({
  test: {
    projects: [
      { test: { deps, name: 'unit', include: ['test/{unit,template,parity}/**/*.test.ts'], testTimeout: 30_000 } },
      {
        test: {
          deps,
          name: 'local',
          include: ['test/{local,authorizer}/**/*.test.ts'],
          globalSetup: 'test/shared-assembly.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          deps,
          name: 'e2e', // against API_URL if it is set, else against a local runtime
          include: ['test/e2e/**/*.test.ts'],
          setupFiles: 'test/e2e/audit-check.ts',
          globalSetup: ['test/shared-assembly.ts', 'test/e2e/global-setup.ts'],
          fileParallelism: false, // the files share one organization, and one counts its keys
          testTimeout: 30_000,
        },
      },
    ],
  },
});
