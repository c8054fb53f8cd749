import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { ApiKeysStack } from '../../infra/api-keys-stack.ts';
import { completeConfig } from '../../infra/config.ts';
import { newApp, synthesizeProduct } from '../support/product.ts';

// What a clone changes in its own stack comes on top of the product, which the other tests hold to its promises.

test('the stack that is deployed has all of the product, under the same ids', () => {
  const app = newApp();
  const own = Template.fromStack(new ApiKeysStack(app, 'Test', { config: completeConfig({}) })).toJSON();
  const product = synthesizeProduct().toJSON();
  const isStable = (id: string) => !/Deployment[0-9A-Fa-f]{40}$/.test(id); // its id is a hash of all routes
  const typesOf = ({ Resources }: { Resources: Record<string, { Type: string }> }) =>
    Object.entries(Resources)
      .filter(([id]) => isStable(id))
      .map(([id, { Type }]) => `${id} ${Type}`);
  expect(typesOf(own as never)).toEqual(expect.arrayContaining(typesOf(product as never)));
  expect(Object.keys(own['Outputs'])).toEqual(expect.arrayContaining(Object.keys(product['Outputs'])));
});
