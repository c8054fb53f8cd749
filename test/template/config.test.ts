import { execFileSync } from 'node:child_process';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { expect, test } from 'vitest';
import { KeyMetrics } from '../../infra/monitoring/metrics.ts';
import { retentionDays } from '../../infra/setting-values.ts';

test('logs are kept for any number of days that CloudWatch Logs allows', () => {
  const allowed = Object.values(RetentionDays).filter((days) => typeof days === 'number');
  expect(new Set(retentionDays)).toEqual(new Set(allowed));
});

test('a command shows its help without the CDK', () => {
  const hook = `import { registerHooks } from 'node:module';
    registerHooks({ load(url, context, next) {
      if (url.includes('aws-cdk-lib')) throw new Error('loaded ' + url);
      return next(url, context);
    } });`;
  const readsSettings = `${hook} await import('./infra/commands/stage.ts'); await import('./infra/commands/keys.ts');`;
  const help = execFileSync(process.execPath, ['--input-type=module', '--eval', readsSettings, '--', '', '--help'], {
    encoding: 'utf8',
  });
  expect(help).toContain('Usage: npm run -s keys');
});

test('a metric that no function writes does not compile', () => {
  // @ts-expect-error the name is misspelt
  new KeyMetrics('Test').sum('Outagse');
});
