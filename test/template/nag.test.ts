import { type App, type Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { everySetting, newApp, ProductStack } from '../support/product.ts';

function stackWith(settings: object): { app: App; stack: Stack } {
  const app = newApp(settings);
  return { app, stack: new ProductStack(app, 'Test') };
}

test.each([
  ['by default', {}],
  ['with every setting', everySetting],
])('%s, every finding of cdk-nag’s AwsSolutions is explained', (_when, settings) => {
  const { app } = stackWith(settings);
  const { success, violations } = new AwsSolutionsChecks(app).validateScope(app);
  expect(violations.map(({ ruleName }) => ruleName)).toEqual([]);
  expect(success).toBe(true);
});

test('every explanation is a sentence, and none covers the whole stack', () => {
  const { stack } = stackWith(everySetting);
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
