import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** CommonJS packages are imported as Node does it, so that tests see the code as it runs. */
const deps = { interopDefault: false };

/** Most tests wait for processes, deadlines and schedules: more of them than there are cores go together. */
const maxWorkers = 4;

/** The end-to-end files then share one organization, and one of them counts its keys. */
const sharesDeployment = Boolean(process.env['API_URL'] || process.env['SETTINGS_CONTEXT']);

/**
 * The many processes that tests start need not compile the same code again. In the project: a shared folder may hold others'
 * code.
 */
const env = { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compile-tests') };

/** The CDK validates a template for as long as it synthesizes it. The global setup has it validate those of the product. */
const withoutValidation = { CDK_VALIDATION: 'false' };

/** Tests that take a minute or more each. */
export const long = [
  'test/{containment,soak}/**/*.test.ts',
  'test/alarms/alarms.test.ts',
  'test/plans/{changes,killed-changes}.test.ts',
  'test/portal/browser.test.ts',
  'test/tokens/examples.test.ts',
  'test/local/{bench,bulk-crashes,canary,clients,daily-loop,e2e-settings,flood,incidents,key-limit,keys-command,lifecycle,operator-outages,operators,rotation-crashes,walk-through}.test.ts',
];

const temporaryFolder = 'test/support/temporary-folder.ts';
const withAssembly = [temporaryFolder, 'test/support/shared-assembly.ts'];

/** Tests against runtimes and processes. SDKs take seconds to load: once a worker. */
const ofRuntimes = {
  deps,
  env,
  isolate: false,
  globalSetup: withAssembly,
  testTimeout: 120_000,
  hookTimeout: 120_000,
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          deps,
          isolate: false,
          env: withoutValidation,
          name: 'unit',
          globalSetup: temporaryFolder,
          include: ['test/{unit,parity}/**/*.test.ts'],
          maxWorkers,
          testTimeout: 120_000,
        },
      },
      {
        test: {
          deps,
          env: withoutValidation,
          name: 'template',
          include: ['test/template/**/*.test.ts'],
          globalSetup: withAssembly,
          setupFiles: 'test/template/shared-bundles.ts',
          isolate: false, // the CDK takes seconds to load: once per worker
          maxWorkers,
          testTimeout: 120_000,
        },
      },
      {
        test: {
          ...ofRuntimes,
          name: 'local',
          maxWorkers,
          include: ['test/{local,authorizer,alarms,hostile,plans,portal,tokens}/**/*.test.ts'],
          exclude: long,
        },
      },
      {
        test: {
          ...ofRuntimes,
          name: 'long', // minutes of races, loads and whole walks: npm run test:long; some of them in CI
          maxWorkers,
          include: long,
        },
      },
      {
        test: {
          ...ofRuntimes,
          name: 'others', // with packages of their own: npm run test:others
          maxWorkers,
          include: ['test/others/*.test.ts'],
        },
      },
      {
        test: {
          deps,
          env,
          name: 'e2e', // against API_URL if it is set, else against local runtimes
          include: ['test/e2e/**/*.test.ts'],
          setupFiles: 'test/e2e/audit-check.ts',
          globalSetup: [...withAssembly, 'test/e2e/global-setup.ts'],
          ...(sharesDeployment ? { maxWorkers: 1, sequence: { groupOrder: 1 } } : { maxWorkers }),
          testTimeout: 120_000,
        },
      },
    ],
  },
});
