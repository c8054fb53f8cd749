import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import {
  type CfnStage,
  LambdaRestApi,
  MethodLoggingLevel,
  MockIntegration,
  ResponseType,
  type RestApi,
  type RestApiProps,
  Stage,
} from 'aws-cdk-lib/aws-apigateway';
import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager';
import { AnyPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, test } from 'vitest';
import { ApiKeyAuth } from '../../infra/api-key-auth.ts';
import { adopt, methodsOf, newStack } from './their-api.ts';

// Another team's API has settings and parts that ours does not have.

const functionIn = (stack: ReturnType<typeof newStack>) =>
  new LambdaFunction(stack, 'Theirs', {
    code: Code.fromInline('exports.handler = () => undefined;'),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
  });

test('its method defaults do not apply to ours: no x-api-key and no parameter is required', () => {
  const { template } = adopt({
    defaultMethodOptions: { apiKeyRequired: true, requestParameters: { 'method.request.header.X-Tenant': true } },
  });
  const methods = methodsOf(template(), /^TheirApi/);
  expect(methods['GET /orders']).toMatchObject({ ApiKeyRequired: true }); // theirs
  for (const [route, properties] of Object.entries(methods)) {
    if (route.endsWith('/orders')) continue;
    expect(properties['ApiKeyRequired'], route).toBe(false);
    expect(properties['RequestParameters'] ?? {}, route).toEqual({});
  }
});

test('our preflights answer as on our own API, even if every media type is binary', () => {
  const methods = methodsOf(adopt({ binaryMediaTypes: ['*/*'] }).template(), /^TheirApi/);
  expect(methods['OPTIONS /keys']?.['Integration']).toMatchObject({
    ContentHandling: 'CONVERT_TO_TEXT',
    PassthroughBehavior: 'NEVER',
  });
});

test('a change of the authorizer causes a deployment, even in an app without feature flags', () => {
  const deploymentOf = (authorizerProvisionedConcurrency: number) => {
    const template = adopt({}, { authorizerProvisionedConcurrency }, undefined, {}).template();
    return Object.keys(template.findResources('AWS::ApiGateway::Deployment')).find((id) => id.startsWith('TheirApi'));
  };
  expect(deploymentOf(5)).not.toBe(deploymentOf(0));
  expect(deploymentOf(0)).toBe(deploymentOf(0));
});

test('a function with very many routes stays below the size limit of its policy', () => {
  const { stack, auth, template } = adopt();
  const handler = functionIn(stack);
  for (let index = 0; index < 72; index++) auth.dataRoute('GET', `/things/thing${index}`, handler);
  const permissions = Object.values(template().findResources('AWS::Lambda::Permission')).filter(({ Properties }) =>
    JSON.stringify(Properties.FunctionName).includes('Theirs'),
  );
  expect(permissions).toHaveLength(11);
  const texts = permissions.map(({ Properties }) => JSON.stringify(Properties.SourceArn));
  expect(texts.filter((text) => text.includes('/live/*/*'))).toHaveLength(1);
  for (const text of texts) expect(text).not.toContain('test-invoke-stage');
});

test('the contract’s function gets only the contract’s own backends, each once', () => {
  const { stack, auth, template } = adopt();
  const handler = functionIn(stack);
  for (const method of ['GET', 'POST']) auth.dataRoute(method, '/whoami', handler);
  auth.dataRoute('GET', '/invoices', handler);
  const variables = Object.values(template().findResources('AWS::Lambda::Function')).flatMap(
    ({ Properties }) => Properties.Environment?.Variables?.BACKEND_PATHS ?? [],
  );
  expect(variables).toEqual(['/whoami']);
});

test('a certificate and an origin that are known only at deployment are accepted', () => {
  const stack = newStack();
  const { certificateArn } = new Certificate(stack, 'Certificate', {
    domainName: 'api.example.com',
    validation: CertificateValidation.fromDns(),
  });
  new ApiKeyAuth(stack, 'Keys', { domainName: 'api.example.com', certificateArn });
  Template.fromStack(stack).hasResourceProperties('AWS::ApiGateway::DomainName', {
    RegionalCertificateArn: stack.resolve(certificateArn),
  });
});

test('a resource policy causes a warning, because the authorizer is not called for requests that it denies', () => {
  const warningsOf = (props: RestApiProps) =>
    Annotations.fromStack(adopt(props).stack).findWarning('*', Match.stringLikeRegexp('has a resource policy'));
  const statements = [
    new PolicyStatement({ actions: ['execute-api:Invoke'], principals: [new AnyPrincipal()], resources: ['*'] }),
  ];
  expect(warningsOf({ policy: new PolicyDocument({ statements }) })).toHaveLength(1);
  expect(warningsOf({})).toEqual([]);
});

test('no method of ours is cached, even if the stage caches', () => {
  const { restApi } = adopt();
  const settings = (restApi.deploymentStage.node.defaultChild as CfnStage)
    .methodSettings as CfnStage.MethodSettingProperty[];
  const ours = settings.filter(({ resourcePath }) => resourcePath !== '/*');
  expect(ours.length).toBeGreaterThan(5);
  for (const { cachingEnabled } of ours) expect(cachingEnabled).toBe(false);
});

const secondStage = (api: RestApi) =>
  new Stage(api, 'Beta', {
    deployment: api.latestDeployment as never,
    stageName: 'beta',
    dataTraceEnabled: true,
    loggingLevel: MethodLoggingLevel.INFO,
  });

describe('a setup that would break keys fails the synthesis and states the fix', () => {
  test.each<[string, () => unknown, RegExp]>([
    [
      'a stage that caches responses',
      () => adopt({ deployOptions: { stageName: 'live', cacheClusterEnabled: true, cachingEnabled: true } }),
      /caches responses.*set cachingEnabled to false/,
    ],
    ['a second stage', () => adopt({}, {}, secondStage), /logs whole requests/],
    [
      'an API that hands every path to one function',
      () => {
        const stack = newStack();
        const restApi = new LambdaRestApi(stack, 'Api', { handler: functionIn(stack) });
        new ApiKeyAuth(stack, 'Keys', { restApi });
      },
      /LambdaRestApi.*create it with proxy: false/,
    ],
    [
      'a gateway response that is added later',
      () => {
        const { restApi, template } = adopt();
        restApi.addGatewayResponse('Late', { type: ResponseType.DEFAULT_4XX });
        template();
      },
      /two gateway responses DEFAULT_4XX.*remove yours/,
    ],
    [
      'a second stage that is added later',
      () => {
        const { restApi, template } = adopt();
        secondStage(restApi);
        template();
      },
      /has more than one stage.*create one API per stage/,
    ],
  ])('%s', (_what, misuse, message) => {
    expect(misuse).toThrow(message);
  });

  test('a LambdaRestApi with proxy: false is accepted', () => {
    const stack = newStack();
    const handler = functionIn(stack);
    const options = { handler, proxy: false, deployOptions: { stageName: 'live' } };
    const restApi = new LambdaRestApi(stack, 'Api', options);
    restApi.root.addResource('orders').addMethod('GET', new MockIntegration());
    expect(() => new ApiKeyAuth(stack, 'Keys', { restApi })).not.toThrow();
  });
});
