import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

// The suite over HTTP with the settings that change what it sees, or that add parts to the deployment.

test.each([
  'decisionCacheSeconds=60 outageGraceSeconds=3600 docsUrl=https://docs.example.com/errors',
  'corsAllowOrigin=https://app.example.com monitoring=false auditArchive=false tracing=true customerManagedKey=true waf=true ' +
    'canary=true authorizerProvisionedConcurrency=2 authorizerReservedConcurrency=5 reservedConcurrencyForRevocation=2 ' +
    'maxKeysPerUser=500 operatorAddresses=127.0.0.0/8 logRetentionDays=30 scalekitDeadlineMs=3000',
])(
  'the HTTP tests pass with %s',
  async (context) => {
    const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
    const env = { ...process.env, SETTINGS_CONTEXT: context, VITEST: undefined };
    const { stdout } = await promisify(execFile)(process.execPath, [vitest, 'run', '--project', 'e2e'], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env,
      maxBuffer: 2 ** 26,
    });
    expect(stdout).toMatch(/Tests .*passed/);
  },
  300_000,
);
