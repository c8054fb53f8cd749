import { type App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { AuthorizationType, MockIntegration, ResponseType, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { expect, test } from 'vitest';
import { ApiKeyAuth } from '../../infra/api-key-auth.ts';
import { adopt, methodsOf, newStack } from './their-api.ts';

const adoptUndeployed = () => {
  const stack = newStack();
  new ApiKeyAuth(stack, 'Keys', { restApi: new RestApi(stack, 'TheirApi', { deploy: false }) });
};

test('an existing API gets the key routes in addition to its own routes, behind one authorizer', () => {
  const methods = methodsOf(adopt().template(), /^TheirApi/);
  const routes = Object.keys(methods).filter((route) => !route.startsWith('OPTIONS'));
  expect(routes.toSorted()).toEqual(
    expect.arrayContaining([
      'DELETE /keys/{keyId}',
      'GET /keys',
      'GET /keys/{keyId}',
      'GET /orders',
      'PATCH /keys/{keyId}',
      'POST /keys',
      'POST /keys/revoke',
      'POST /keys/{keyId}/rotate',
      'POST /revoke',
      'POST /webhooks/scalekit',
    ]),
  );
  expect(methods['GET /orders']?.['AuthorizerId']).toEqual(methods['GET /keys']?.['AuthorizerId']);
  expect(methods['GET /orders']).toMatchObject({ AuthorizationType: 'CUSTOM' });
  expect(methods).toHaveProperty(['OPTIONS /keys']);
  expect(methods).not.toHaveProperty(['OPTIONS /orders']); // theirs stays unchanged
});

test('it has every gateway response, the operators’ API, the audit, and no second customers’ API', () => {
  const template = adopt().template();
  template.resourceCountIs('AWS::ApiGateway::RestApi', 2);
  template.resourceCountIs('AWS::ApiGateway::GatewayResponse', 42);
  template.resourceCountIs('AWS::Events::EventBus', 1);
  expect(Object.keys(methodsOf(template, /OperatorApi/))).toContain('POST /organizations/{organizationId}/keys');
});

test('settings are props', () => {
  const { template, auth } = adopt(
    {},
    { decisionCacheSeconds: 60, stage: 'live', corsAllowOrigin: 'https://a.example' },
  );
  const text = JSON.stringify(template().toJSON());
  expect(text).toContain('"DECISION_CACHE_SECONDS":"60"');
  expect(text).toContain('/scalekit/live');
  expect(auth.parameterPath).toBe('/scalekit/live');
  expect(text).toContain("'https://a.example'");
});

test('without an API it creates one', () => {
  const stack = newStack();
  const auth = new ApiKeyAuth(stack, 'Keys');
  auth.restApi.root.addResource('orders').addMethod('GET', new MockIntegration(), { authorizer: auth.authorizer });
  Template.fromStack(stack).hasResourceProperties('AWS::ApiGateway::Stage', { StageName: 'v1' });
});

test('its authorizer decides on routes in other stacks', () => {
  const { stack, auth } = adopt();
  const other = new Stack(stack.node.root as App, 'Other');
  const api = RestApi.fromRestApiAttributes(other, 'Api', {
    restApiId: auth.restApi.restApiId,
    rootResourceId: auth.restApi.restApiRootResourceId,
  });
  api.root.addResource('invoices').addMethod('GET', new MockIntegration(), { authorizer: auth.authorizer });
  const [method] = Object.values(Template.fromStack(other).findResources('AWS::ApiGateway::Method'));
  expect(method?.['Properties']).toMatchObject({ AuthorizationType: 'CUSTOM', AuthorizerId: expect.anything() });
});

test('a route of theirs with other credentials causes a warning, because its refusals would mention keys', () => {
  const { stack } = adopt({}, {}, (api) => {
    api.root.addResource('admin').addMethod('GET', new MockIntegration(), { authorizationType: AuthorizationType.IAM });
    api.root.addResource('health').addMethod('GET', new MockIntegration());
  });
  const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('accepts other credentials'));
  expect(warnings.map(({ id }) => id)).toEqual([expect.stringContaining('/admin/GET')]);
});

test.each<[string, () => unknown, RegExp]>([
  ['a setting that is not allowed', () => adopt({}, { stage: 'Prod!' }), /stage="Prod!" is not allowed: use 1 to 20/],
  ['an API that is not deployed', () => adoptUndeployed(), /has no stage.*remove that option/],
  [
    'an API that logs requests',
    () => adopt({ deployOptions: { dataTraceEnabled: true } }),
    /set dataTraceEnabled to false/,
  ],
  [
    'an API with a route of ours',
    () => adopt({}, {}, (api) => api.root.addResource('keys')),
    /already has a resource \/keys/,
  ],
  [
    'an API with gateway responses',
    () => adopt({}, {}, (api) => api.addGatewayResponse('Denied', { type: ResponseType.ACCESS_DENIED })),
    /gateway response of its own, .*Denied.*remove it/,
  ],
  [
    'an API of another stack',
    () => {
      const { stack, auth } = adopt();
      new ApiKeyAuth(new Stack(stack.node.root as App, 'Other'), 'Keys', { restApi: auth.restApi });
    },
    /is in another stack.*auth\.authorizer/,
  ],
])('%s fails the synthesis with the next step', (_what, misuse, message) => {
  expect(misuse).toThrow(message);
});
