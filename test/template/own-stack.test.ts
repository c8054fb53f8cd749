import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { ApiKeysStack } from '../../infra/api-keys-stack.ts';
import { completeConfig } from '../../infra/config.ts';
import { newApp, synthesizeProduct } from '../support/product.ts';

// A clone's changes to its own stack come on top of the product. The other tests check the product.

test('the deployed stack contains the whole product under the same ids', () => {
  const app = newApp();
  const own = Template.fromStack(new ApiKeysStack(app, 'Test', { config: completeConfig({}) })).toJSON();
  const product = synthesizeProduct().toJSON();
  const isStable = (id: string) => !/Deployment[0-9A-Fa-f]{40}$/.test(id); // the id contains a hash of all routes
  const typesOf = ({ Resources }: { Resources: Record<string, { Type: string }> }) =>
    Object.entries(Resources)
      .filter(([id]) => isStable(id))
      .map(([id, { Type }]) => `${id} ${Type}`);
  expect(typesOf(own as never)).toEqual(expect.arrayContaining(typesOf(product as never)));
  expect(Object.keys(own['Outputs'])).toEqual(expect.arrayContaining(Object.keys(product['Outputs'])));
});
