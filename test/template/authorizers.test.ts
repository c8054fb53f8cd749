import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { RequestAuthorizer, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { expect, test } from 'vitest';
import { attach, createAuthorizers } from '../../infra/customer-api/authorizers.ts';
import { newApp } from '../support/product.ts';

/** An API whose routes behind keys are all in other stacks. */
function apiWithoutRoutes() {
  const stack = new Stack(newApp(), 'Test');
  const code = Code.fromInline('exports.handler = () => undefined;');
  const handler = new LambdaFunction(stack, 'Handler', {
    code,
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
  });
  const api = new RestApi(stack, 'Api');
  api.root.addMethod('GET');
  return { stack, handler, api };
}

// `_attachToApi` is CDK's own, and no promise to us. This is the reason why it is called, and what breaks if it goes.
test('authorizers belong to the API also where none of its own routes has them', () => {
  const { stack, handler, api } = apiWithoutRoutes();
  attach(createAuthorizers(stack, handler), handler, api);
  const authorizers = Object.values(Template.fromStack(stack).findResources('AWS::ApiGateway::Authorizer'));
  expect(authorizers).toHaveLength(2);
  for (const { Properties } of authorizers) expect(Properties.RestApiId).toEqual(stack.resolve(api.restApiId));
});

test('CDK still refuses an authorizer that nothing has attached, so the call is still needed', () => {
  const { stack, handler } = apiWithoutRoutes();
  new RequestAuthorizer(stack, 'Authorizer', { handler, identitySources: ['method.request.header.Authorization'] });
  expect(() => Template.fromStack(stack)).toThrow(/must be attached to a RestApi/);
});
