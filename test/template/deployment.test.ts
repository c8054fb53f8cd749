import { Deployment } from 'aws-cdk-lib/aws-apigateway';
import { expect, test, vi } from 'vitest';
import { passthrough } from '../../infra/customer-api/preflight.ts';
import { synthesizeProduct } from '../support/product.ts';

// The dependencies of an API's deployment, and the changes that cause a new one.

const idOf = (resources: object, start: string) => Object.keys(resources).filter((id) => id.startsWith(start));

test.each([
  ['the authorizer', {}, 'AuthorizerTestCustomerApi'],
  ['its warm alias', { authorizerProvisionedConcurrency: 5 }, 'AuthorizerAliasTestCustomerApi'],
])(
  'a deployment waits for the permissions to invoke %s, because without them every request would be 503',
  (_what, settings, start) => {
    const template = synthesizeProduct(settings);
    const permissions = idOf(template.findResources('AWS::Lambda::Permission'), start);
    expect(permissions).toHaveLength(2); // of the authorizer and of the former authorizer
    const deployments = template.findResources('AWS::ApiGateway::Deployment');
    const [customers] = idOf(deployments, 'CustomerApi');
    expect(deployments[customers ?? '']?.['DependsOn']).toEqual(expect.arrayContaining(permissions));
  },
);

test('the override for the body types of preflights is part of the deployment’s id, so that a change causes a new deployment', () => {
  const told = vi.spyOn(Deployment.prototype, 'addToLogicalId');
  const template = synthesizeProduct();
  expect(told).toHaveBeenCalledWith({ preflight: expect.arrayContaining([passthrough]) });
  told.mockRestore();
  const preflights = template.findResources('AWS::ApiGateway::Method', { Properties: { HttpMethod: 'OPTIONS' } });
  for (const { Properties } of Object.values(preflights))
    expect(Properties.Integration.PassthroughBehavior).toBe(passthrough);
});
