import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import {
  ApiDefinition,
  AuthorizationType,
  type CfnStage,
  type IResource,
  LambdaRestApi,
  MethodLoggingLevel,
  MockIntegration,
  ResponseType,
  RestApi,
  type RestApiProps,
  SpecRestApi,
  Stage,
} from 'aws-cdk-lib/aws-apigateway';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager';
import { AnyPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, test } from 'vitest';
import { ApiKeyAuth } from '../../infra/api-key-auth.ts';
import { adopt, methodsOf, newStack } from './their-api.ts';

// Another team's API has settings and parts that ours does not have.

const functionIn = (stack: ReturnType<typeof newStack>, id = 'Theirs') =>
  new LambdaFunction(stack, id, {
    code: Code.fromInline('exports.handler = () => undefined;'),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
  });

test('its method defaults do not apply to ours: no x-api-key and no parameter is required', () => {
  const { template } = adopt({
    defaultMethodOptions: {
      apiKeyRequired: true,
      requestParameters: { 'method.request.header.X-Tenant': true },
      methodResponses: [{ statusCode: '299' }],
    },
  });
  const methods = methodsOf(template(), /^TheirApi/);
  expect(methods['GET /orders']).toMatchObject({ ApiKeyRequired: true }); // theirs
  for (const [route, properties] of Object.entries(methods)) {
    if (route.endsWith('/orders')) continue;
    expect(properties['ApiKeyRequired'], route).toBe(false);
    expect(properties['RequestParameters'] ?? {}, route).toEqual({});
    expect(JSON.stringify(properties), route).not.toContain('299');
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

test('the contract’s function gets the routes of backends, as far as its variables have room', () => {
  const { stack, auth, template } = adopt();
  const handler = functionIn(stack);
  for (const method of ['GET', 'ANY']) auth.dataRoute(method, '/whoami', handler);
  for (let index = 0; index < 60; index++)
    auth.dataRoute('GET', `/workspaces/{workspaceId}/projects/{projectId}/parts${index}`, handler);
  const [routes] = Object.values(template().findResources('AWS::Lambda::Function')).flatMap(
    ({ Properties }) => Properties.Environment?.Variables?.BACKEND_ROUTES ?? [],
  );
  expect(routes).toMatch(/^GET:\/whoami GET:\/workspaces\/\{workspaceId\}\/projects\/\{projectId\}\/parts0 GET:/);
  expect(routes.length).toBeLessThanOrEqual(2_500);
  Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('the first \\d+ routes of backends'));
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
      'an imported API',
      () => {
        const stack = newStack();
        const restApi = RestApi.fromRestApiId(stack, 'Api', 'abc') as RestApi;
        new ApiKeyAuth(stack, 'Keys', { restApi });
      },
      /Theirs\/Api is imported: .*in the app that creates the API/,
    ],
    [
      'an API that is made from an OpenAPI document',
      () => {
        const stack = newStack();
        const apiDefinition = ApiDefinition.fromInline({
          openapi: '3.0.1',
          info: { title: 'x', version: '1' },
          paths: {},
        });
        const restApi = new SpecRestApi(stack, 'Api', { apiDefinition }) as never;
        new ApiKeyAuth(stack, 'Keys', { restApi });
      },
      /Theirs\/Api is a SpecRestApi: .*Create a RestApi/,
    ],
    [
      'an HTTP API',
      () => {
        const stack = newStack();
        new ApiKeyAuth(stack, 'Keys', { restApi: new HttpApi(stack, 'Api') as never });
      },
      /Theirs\/Api is an HTTP API.*use a RestApi/,
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

test('its alarms go to a topic that the team has already, and no other topic is made', () => {
  const stack = newStack();
  const alarmTopic = new Topic(stack, 'Pager');
  const restApi = new RestApi(stack, 'TheirApi', { deployOptions: { stageName: 'live' } });
  new ApiKeyAuth(stack, 'Keys', { restApi, alarmTopic });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::SNS::Topic', 1);
  const pager = stack.resolve(alarmTopic.topicArn);
  template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [pager], OKActions: [pager] });
});

describe('protect', () => {
  test('puts the authorizer on every method without credentials, earlier and later ones, and on no other', () => {
    const { stack, restApi, auth, template } = adopt({}, {}, (api) => {
      api.root.addResource('before').addMethod('GET', new MockIntegration());
      const signed = { authorizationType: AuthorizationType.IAM };
      api.root.addResource('signed').addMethod('GET', new MockIntegration(), signed);
    });
    auth.protect(restApi.root);
    const later = restApi.root.addResource('later', { defaultCorsPreflightOptions: { allowOrigins: ['*'] } });
    later.addResource('{id}').addMethod('PUT', new MockIntegration());
    const methods = methodsOf(template(), /^TheirApi/);
    const authorizer = stack.resolve(auth.authorizer.authorizerId);
    for (const route of ['GET /before', 'PUT /later/{id}', 'GET /orders', 'GET /keys'])
      expect(methods[route], route).toMatchObject({ AuthorizationType: 'CUSTOM', AuthorizerId: authorizer });
    expect(methods['GET /signed']).toMatchObject({ AuthorizationType: 'AWS_IAM' });
    for (const open of [
      'OPTIONS /later',
      'OPTIONS /keys',
      'POST /revoke',
      'POST /webhooks/scalekit',
      'GET /openapi.json',
    ])
      expect(methods[open], open).toMatchObject({ AuthorizationType: 'NONE' });
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('needs no key'));
  });

  test('of one resource leaves the others, which cause a warning', () => {
    const { stack, restApi, auth, template } = adopt({}, {}, (api) => {
      api.root.addResource('public').addMethod('GET', new MockIntegration());
      api.root.addResource('private').addMethod('GET', new MockIntegration());
    });
    auth.protect(restApi.root.getResource('private') as IResource);
    const methods = methodsOf(template(), /^TheirApi/);
    expect(methods['GET /private']).toMatchObject({ AuthorizationType: 'CUSTOM' });
    expect(methods['GET /public']).toMatchObject({ AuthorizationType: 'NONE' });
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('needs no key'));
    expect(warnings.map(({ id }) => id)).toEqual([expect.stringMatching(/\/public\//)]);
  });

  test('causes a deployment', () => {
    const deploymentOf = (isProtected: boolean) => {
      const { restApi, auth, template } = adopt({}, {}, (api) => {
        api.root.addResource('before').addMethod('GET', new MockIntegration());
      });
      if (isProtected) auth.protect(restApi.root);
      return Object.keys(template().findResources('AWS::ApiGateway::Deployment'));
    };
    expect(deploymentOf(true)).not.toEqual(deploymentOf(false));
  });
});

describe('an API with very many routes', () => {
  const routes = (paths: number, methods: readonly string[]) => {
    const adopted = adopt();
    const handlers = [1, 2].map((at) => functionIn(adopted.stack, `Theirs${at}`));
    for (let at = 0; at < paths; at++)
      for (const method of methods) adopted.auth.dataRoute(method, `/part${at}`, handlers[at % 2] as LambdaFunction);
    return adopted.template;
  };

  test('of 200 methods stays within the limits of AWS: resources, environments and policies of functions', () => {
    const template = routes(29, ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'ANY'])();
    const { Resources } = template.toJSON() as { Resources: Record<string, { Type: string; Properties: object }> };
    expect(Object.keys(Resources).length).toBeLessThanOrEqual(500);
    const permissions = new Map<string, number>();
    for (const { Type, Properties } of Object.values(Resources)) {
      if (Type === 'AWS::Lambda::Function')
        expect(JSON.stringify((Properties as { Environment?: object }).Environment ?? {}).length).toBeLessThan(4_096);
      if (Type !== 'AWS::Lambda::Permission') continue;
      const of = JSON.stringify((Properties as { FunctionName: unknown }).FunctionName);
      permissions.set(of, (permissions.get(of) ?? 0) + 450); // bytes of one statement, with long names
    }
    for (const [name, bytes] of permissions) expect(bytes, name).toBeLessThan(20_480);
  });

  test('that needs more than 500 resources stops the synthesis with one sentence and the way out', () => {
    expect(() => routes(100, ['GET', 'POST'])()).toThrow(
      /the stack Theirs has \d+ resources, and CloudFormation allows 500: put routes into a stack of their own/,
    );
  });

  test('loses 200 of the 500 resources to ApiKeyAuth', () => {
    const own = (template: Template) => Object.keys(template.toJSON()['Resources'] as object).length;
    const stack = newStack();
    new RestApi(stack, 'TheirApi', { deployOptions: { stageName: 'live' } }).root.addMethod(
      'GET',
      new MockIntegration(),
    );
    expect(own(adopt().template()) - own(Template.fromStack(stack))).toBeLessThanOrEqual(200);
  });
});
