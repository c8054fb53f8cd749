import { readFileSync } from 'node:fs';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { ApiKeysStack } from '../../infra/api-keys-stack.ts';
import { readConfig } from '../../infra/config.ts';

const { context: flags } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));

/** All settings that add resources. */
const everything = {
  authorizerTtlSeconds: 60,
  authorizerProvisionedConcurrency: 5,
  customerManagedKey: true,
  waf: true,
  domainName: 'api.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/abc',
};

function stackWith(settings: object): { app: App; stack: ApiKeysStack } {
  const app = new App({ context: { ...flags, ...settings } });
  return { app, stack: new ApiKeysStack(app, 'Test', { config: readConfig(app.node) }) };
}

test.each([
  ['by default', {}],
  ['with every setting', everything],
])('%s, cdk-nag’s AwsSolutions finds nothing that is not explained', (_when, settings) => {
  const { app } = stackWith(settings);
  const { success, violations } = new AwsSolutionsChecks(app).validateScope(app);
  expect(violations.map(({ ruleName }) => ruleName)).toEqual([]);
  expect(success).toBe(true);
});

test('every explanation is a sentence, and none is for all of the stack', () => {
  const { stack } = stackWith(everything);
  const acknowledged = stack.node
    .findAll()
    .flatMap(({ node }) =>
      node.metadata
        .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        .map(({ data }) => ({ path: node.path, reasons: Object.values(data as Record<string, string>) })),
    );
  expect(acknowledged.length).toBeGreaterThan(10);
  for (const { path, reasons } of acknowledged) {
    expect(path).not.toBe('Test');
    for (const reason of reasons) expect(reason).toMatch(/^[A-Z].{20,}\.$/);
  }
});
