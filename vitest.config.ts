import { defineConfig } from 'vitest/config';

/** CommonJS packages are imported as Node does it, so that tests see the code as it runs. */
const deps = { interopDefault: false };

/** Most tests wait for processes, deadlines and schedules: more of them than there are cores go together. */
const maxWorkers = 3;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          deps,
          name: 'unit',
          include: ['test/{unit,template,parity}/**/*.test.ts'],
          maxWorkers,
          testTimeout: 30_000,
        },
      },
      {
        test: {
          deps,
          name: 'local',
          maxWorkers,
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
          sequence: { groupOrder: 1 },
          testTimeout: 30_000,
        },
      },
    ],
  },
});
