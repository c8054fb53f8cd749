import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { RequestAuthorizer, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { expect, test } from 'vitest';
import { attach, createAuthorizers } from '../../infra/customer-api/authorizers.ts';
import { newApp } from '../support/product.ts';

/** An API whose routes with keys are all in other stacks. */
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

// `_attachToApi` is internal to the CDK. These tests show why we call it, and fail if it disappears.
test('authorizers belong to the API even if none of its own routes uses them', () => {
  const { stack, handler, api } = apiWithoutRoutes();
  attach(createAuthorizers(stack, handler), handler, api);
  const authorizers = Object.values(Template.fromStack(stack).findResources('AWS::ApiGateway::Authorizer'));
  expect(authorizers).toHaveLength(2);
  for (const { Properties } of authorizers) expect(Properties.RestApiId).toEqual(stack.resolve(api.restApiId));
});

test('the CDK still refuses an unattached authorizer, so the call is still needed', () => {
  const { stack, handler } = apiWithoutRoutes();
  new RequestAuthorizer(stack, 'Authorizer', { handler, identitySources: ['method.request.header.Authorization'] });
  expect(() => Template.fromStack(stack)).toThrow(/must be attached to a RestApi/);
});
