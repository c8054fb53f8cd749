import { expect } from 'vitest';
import {
  effectiveGatewayResponse,
  type GatewayResponseType,
  gatewayResponseTypes,
} from '../../local/gateway/gateway-response.ts';
import { evaluatePolicy } from '../../local/gateway/policy.ts';
import type { Answer, ApiSetUp, ApiUnderTest } from './api-under-test.ts';

/** Set-up and request of one recorded behaviour. `then.status`, `then.headers` and a JSON `then.body` come from the record. */
export interface ParityCase {
  readonly api: ApiSetUp;
  /** Default: `GET /test/`. `null` sends nothing, for a case about the model. */
  readonly send?:
    | readonly [target: string, headers?: readonly (readonly [string, string])[], body?: string | Buffer]
    | null;
  /** A request sent before, to fill a cache or to fail once. */
  readonly first?: readonly [target: string, headers?: readonly (readonly [string, string])[]];
  /** Asserts the parts that the record states only in words. */
  readonly check?: (answer: Answer, api: ApiUnderTest, first: Answer | undefined) => void | Promise<void>;
}

type Fields = readonly (readonly [string, string])[];

const echo = 'return { statusCode: 200, body: JSON.stringify(event) };';
const ok = "return { statusCode: 200, body: '' };";
const saying = (text: string) => `return { statusCode: 200, body: ${JSON.stringify(text)} };`;
const returning = (result: unknown): ParityCase => ({
  api: { routes: { 'GET /': `return ${JSON.stringify(result)};` } },
});
const failing = { routes: { 'GET /': ok }, integration: { IntegrationHttpMethod: 'GET' } };
const key: Fields = [['Authorization', 'Bearer key']];

const policy = (effect: string, resource = "event.methodArn.split('/').slice(0, 2).join('/') + '/*'", context = '{}') =>
  `return { principalId: 'p', context: ${context}, policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: '${effect}', Resource: ${resource} }] } };`;
const noPolicy = policy('Allow', "'arn:aws:execute-api:us-east-1:123456789012:other/*'");
const resourcePolicy = (Effect: string) => ({
  Policy: {
    Version: '2012-10-17',
    Statement: [{ Effect, Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' }],
  },
});
const authorized = (authorizer: string, more: Partial<ApiSetUp> = {}): ApiSetUp => ({
  routes: { 'GET /request': echo },
  authorizer,
  ...more,
});
const event = (answer: Answer) => JSON.parse(answer.body);

const proxyRoutes = {
  'OPTIONS /{proxy+}': saying('response of /{proxy+} OPTIONS'),
  'POST /test': ok,
  'ANY /test/any': saying('response of /test/any ANY'),
};
const greedy: ApiSetUp = { routes: { 'ANY /{proxy+}': echo } };
const binary = (accept: string): ParityCase => ({
  api: {
    api: { BinaryMediaTypes: ['image/png'] },
    routes: {
      'GET /':
        "return { statusCode: 200, isBase64Encoded: true, headers: { 'Content-Type': 'image/png' }, body: 'dGVzdC1kYXRh' };",
    },
  },
  send: ['GET /test/', [['Accept', accept]]],
  check: (answer) => expect(answer.body).toBe(accept.startsWith('image/png') ? 'test-data' : 'dGVzdC1kYXRh'),
});
const effective = (
  gatewayResponses: ApiSetUp['gatewayResponses'],
  check: (of: (type: GatewayResponseType) => unknown) => void,
): ParityCase => ({
  api: { routes: { 'GET /': ok }, ...(gatewayResponses ? { gatewayResponses } : {}) },
  send: null,
  check: (_answer, api) => check((type) => effectiveGatewayResponse(api.model, type)),
});
const policyTable = (authorizer: string, resource?: string): ParityCase => ({
  api: authorized(authorizer, resource ? { api: resourcePolicy(resource) } : {}),
  send: ['GET /test/request', key],
});

/** The case for one stock gateway response, by its type. */
const stockResponses = Object.fromEntries(
  gatewayResponseTypes.map((type): [string, ParityCase] => [
    `gwr-default-${type.toLowerCase().replaceAll('_', '-')}`,
    effective(undefined, (of) =>
      expect(of(type)).toMatchObject({
        defaultResponse: true,
        responseParameters: {},
        responseTemplates: { 'application/json': '{"message":$context.error.messageString}' },
      }),
    ),
  ]),
);

const forbiddenMappings = Object.fromEntries(
  ['Authorization', 'Connection', 'Content-Length', 'Expect', 'Proxy-Authenticate', 'TE'].map(
    (name): [string, ParityCase] => [
      `req-map-forbidden-${name.toLowerCase()}`,
      {
        api: {
          routes: { 'GET /': ok },
          integration: { RequestParameters: { [`integration.request.header.${name}`]: "'x'" } },
        },
      },
    ],
  ),
);

export const cases: Readonly<Record<string, ParityCase>> = {
  'route-unknown-path': { api: { routes: { 'GET /existing': ok } }, send: ['GET /test/random-non-existing'] },
  'route-wrong-method': { api: { routes: { 'GET /existing': ok } }, send: ['POST /test/existing'] },
  'route-method-fallback-to-proxy': {
    api: { routes: proxyRoutes },
    send: ['OPTIONS /test/test'],
    check: (answer) => expect(answer.body).toBe('response of /{proxy+} OPTIONS'),
  },
  'route-any-beats-proxy': {
    api: { routes: proxyRoutes },
    send: ['OPTIONS /test/test/any'],
    check: (answer) => expect(answer.body).toBe('response of /test/any ANY'),
  },
  'route-greedy-fallback-below-static': {
    api: { routes: { 'GET /{param+}': echo, 'GET /part1/part2': ok } },
    send: ['GET /test/part1/random-value'],
    check: (answer) => expect(event(answer).resource).toBe('/{param+}'),
  },
  'route-greedy-excludes-root': { api: greedy, send: ['GET /test/'] },

  'err-body-bytes-500': { api: failing },
  'err-no-trace-header': { api: failing },
  'ok-headers-lambda-proxy': { api: { routes: { 'GET /': ok } } },
  'ok-headers-mock-no-trace': {
    api: { routes: { 'GET /': mock() } },
    send: ['GET /test/', [['x-amzn-trace-id', 'Root=1-a-b']]],
  },
  'trace-id-echo-full': {
    api: { routes: { 'GET /': ok } },
    send: ['GET /test/', [['x-amzn-trace-id', 'Root=1-a-b;Parent=c;Sampled=1']]],
    check: (answer) => expect(answer.header('x-amzn-trace-id')).toBe('Root=1-a-b;Parent=c;Sampled=1'),
  },
  'trace-id-parent-generated': {
    api: { routes: { 'GET /': ok } },
    send: ['GET /test/', [['x-amzn-trace-id', 'Root=1-a-b']]],
    check: (answer) => expect(answer.header('x-amzn-trace-id')).toMatch(/^Root=1-a-b;Parent=[0-9a-f]{16}$/),
  },

  ...stockResponses,
  'gwr-no-503-type': {
    ...effective(undefined, (of) => {
      expect(gatewayResponseTypes).toHaveLength(21);
      for (const type of gatewayResponseTypes)
        expect([502, 503]).not.toContain((of(type) as { statusCode: number }).statusCode);
    }),
  },
  'gwr-default5xx-propagates': effective(
    {
      DEFAULT_5XX: {
        StatusCode: '599',
        ResponseParameters: { 'gatewayresponse.header.X': "'x'" },
        ResponseTemplates: { 'application/json': '{}' },
      },
    },
    (of) => {
      for (const type of [
        'INTEGRATION_TIMEOUT',
        'INTEGRATION_FAILURE',
        'API_CONFIGURATION_ERROR',
        'AUTHORIZER_CONFIGURATION_ERROR',
      ] as const) {
        const inherited = { statusCode: 599, responseTemplates: { 'application/json': '{}' }, defaultResponse: true };
        expect(of(type)).toMatchObject({ ...inherited, responseParameters: { 'gatewayresponse.header.X': "'x'" } });
      }
      expect(of('UNAUTHORIZED')).toMatchObject({ statusCode: 401 });
    },
  ),
  'gwr-specific-does-not-inherit': effective(
    {
      DEFAULT_5XX: { StatusCode: '599', ResponseTemplates: { 'application/json': '{}' } },
      AUTHORIZER_FAILURE: { ResponseParameters: { 'gatewayresponse.header.X': "'x'" } },
    },
    (of) =>
      expect(of('AUTHORIZER_FAILURE')).toMatchObject({
        statusCode: 500,
        responseTemplates: { 'application/json': '{"message":$context.error.messageString}' },
        responseParameters: { 'gatewayresponse.header.X': "'x'" },
      }),
  ),
  'gwr-put-partial-status': effective(
    { MISSING_AUTHENTICATION_TOKEN: { ResponseTemplates: { 'application/json': '{}' } } },
    (of) => expect(of('MISSING_AUTHENTICATION_TOKEN')).toMatchObject({ statusCode: 403 }),
  ),
  'gwr-put-status-only-template': effective({ UNAUTHORIZED: { StatusCode: '499' } }, (of) =>
    expect(of('UNAUTHORIZED')).toMatchObject({
      statusCode: 499,
      responseTemplates: { 'application/json': '{"message":$context.error.messageString}' },
    }),
  ),
  'gwr-param-sources': {
    api: {
      routes: { 'GET /': ok },
      gatewayResponses: {
        MISSING_AUTHENTICATION_TOKEN: {
          ResponseParameters: {
            'gatewayresponse.header.static': "'static'",
            'gatewayresponse.header.header': 'method.request.header.X',
            'gatewayresponse.header.query': 'method.request.querystring.X',
            'gatewayresponse.header.path': 'method.request.path.X',
          },
        },
      },
    },
    send: null,
    check: async (_answer, api) => {
      const parameters = effectiveGatewayResponse(api.model, 'MISSING_AUTHENTICATION_TOKEN').responseParameters;
      expect(Object.values(parameters)).toEqual([
        "'static'",
        'method.request.header.X',
        'method.request.querystring.X',
        'method.request.path.X',
      ]);
      const answer = await api.send('GET /test/none?X=from-query', [['X', 'from-header']]);
      expect(['static', 'header', 'query', 'path'].map((name) => answer.header(name))).toEqual([
        'static',
        'from-header',
        'from-query',
        undefined,
      ]);
    },
  },
  'gwr-template-not-vtl': {
    api: {
      routes: { 'GET /': ok },
      stage: { Variables: { v: 'variable' } },
      gatewayResponses: {
        MISSING_AUTHENTICATION_TOKEN: {
          ResponseTemplates: {
            'application/json': '#set($x = 1) $util.x $context.httpMethod $stageVariables.v $method.request.header.X',
          },
        },
      },
    },
    send: ['GET /test/none', [['X', 'from-header']]],
    check: (answer) => expect(answer.body).toBe('#set($x = 1) $util.x GET variable from-header'),
  },
  'gwr-messagestring-quoted': {
    api: {
      routes: { 'GET /': ok },
      gatewayResponses: {
        MISSING_AUTHENTICATION_TOKEN: {
          ResponseTemplates: { 'application/json': '$context.error.messageString|$context.error.message' },
        },
      },
    },
    send: ['GET /test/none'],
    check: (answer) => expect(answer.body).toBe('"Missing Authentication Token"|Missing Authentication Token'),
  },
  'gwr-messagestring-null': { api: authorized('return {};'), send: ['GET /test/request', key] },
  'gwr-default4xx-status-trap': {
    api: authorized(policy('Deny'), { gatewayResponses: { DEFAULT_4XX: { StatusCode: '400' } } }),
    send: ['GET /test/request', key],
    check: async (_answer, api) => {
      expect((await api.send('GET /test/request')).status).toBe(400); // would be 401
      expect((await api.send('GET /test/none')).status).toBe(400); // would be 403
    },
  },
  'gwr-413-not-customisable': {
    api: {
      routes: { 'POST /': ok },
      gatewayResponses: {
        REQUEST_TOO_LARGE: { StatusCode: '400', ResponseTemplates: { 'application/json': 'custom' } },
      },
    },
    send: ['POST /test/', [], Buffer.alloc(10 * 1024 * 1024 + 1)],
    check: (answer) => expect(answer.body).not.toContain('custom'),
  },
  'gwr-unauthorized-www-auth': {
    api: authorized(policy('Allow'), {
      gatewayResponses: {
        UNAUTHORIZED: { ResponseParameters: { 'gatewayresponse.header.WWW-Authenticate': "'Basic'" } },
      },
    }),
    send: ['GET /test/request'],
  },
  'gwr-access-denied-context': {
    api: authorized(policy('Deny', undefined, "{ KEY: 'told by the authorizer' }"), {
      gatewayResponses: { ACCESS_DENIED: { ResponseTemplates: { 'application/json': '$context.authorizer.KEY' } } },
    }),
    send: ['GET /test/request', key],
    check: (answer) => expect(answer.body).toBe('told by the authorizer'),
  },
  'gwr-unauthorized-context-empty': {
    api: authorized("throw new Error('Unauthorized');", {
      gatewayResponses: { UNAUTHORIZED: { ResponseTemplates: { 'application/json': '[$context.authorizer.KEY]' } } },
    }),
    send: ['GET /test/request', key],
    check: (answer) => expect(answer.body).toBe('[]'),
  },
  'gwr-integration-failure-runtime-500': {
    api: { ...failing, gatewayResponses: { INTEGRATION_FAILURE: { ResponseParameters: {} } } },
  },

  'lpr-no-body': returning({ statusCode: 200 }),
  'lpr-only-headers': returning({ headers: { a: 'b' } }),
  'lpr-empty-object': returning({}),
  'lpr-unknown-key': returning({ statusCode: 200, wrongValue: 'value' }),
  'lpr-lambda-raised': { api: { routes: { 'GET /': 'JSON.parse(event.body).x;' } } },
  'lpr-string-result': returning('text'),
  'lpr-header-bool': returning({ statusCode: 200, headers: { 'header-bool': true } }),
  'lpr-headers-null': returning({ statusCode: 200, headers: null }),
  'lpr-mvh-not-list': returning({ statusCode: 200, multiValueHeaders: { x: 'value1' } }),
  'lpr-mvh-list': returning({ statusCode: 200, multiValueHeaders: { 'test-multi': ['value1', 'value2'] } }),
  'lpr-mvh-merge': returning({
    headers: { 'test-multi': 'value-solo' },
    multiValueHeaders: { 'test-multi': ['value-multi'] },
  }),
  'lpr-mvh-merge-casing': {
    ...returning({ headers: { 'test-multi': 'value-solo' }, multiValueHeaders: { 'tesT-Multi': ['value-multi'] } }),
    check: (answer) =>
      expect(answer.headers.filter(([name]) => /test-multi/i.test(name)).map(([name]) => name)).toEqual([
        'tesT-Multi',
        'tesT-Multi',
      ]),
  },
  'lpr-default-content-type': returning({ statusCode: 200, body: 'x' }),
  'lpr-b64-no-binary-types': {
    ...returning({ statusCode: 200, isBase64Encoded: true, body: 'dGVzdC1kYXRh' }),
    check: (answer) => expect(answer.body).toBe('dGVzdC1kYXRh'),
  },
  'lpr-binary-accept-exact': binary('image/png'),
  'lpr-binary-accept-wildcard': {
    ...binary('image/*'),
    check: async (answer, api) => {
      expect(answer.body).toBe('dGVzdC1kYXRh');
      expect((await api.send('GET /test/', [['Accept', '*/*']])).body).toBe('dGVzdC1kYXRh');
    },
  },
  'lpr-binary-first-accept-only': {
    ...binary('image/webp,image/png,*/*;q=0.8'),
    check: async (answer, api) => {
      expect(answer.body).toBe('dGVzdC1kYXRh');
      expect((await api.send('GET /test/', [['Accept', 'image/png,image/webp']])).body).toBe('test-data');
    },
  },
  'lpr-timeout': {
    api: {
      routes: { 'GET /': 'await new Promise((resolve) => setTimeout(resolve, 2000)); return {};' },
      integration: { TimeoutInMillis: 50 },
    },
  },
  'lpr-authz-on-remap': returning({ statusCode: 401, headers: { 'WWW-Authenticate': '<value>' } }),

  'req-dropped-headers': {
    api: { routes: { 'GET /': echo } },
    send: ['GET /test/', [...droppedHeaders(), ...keptHeaders()]],
    check: (answer) => {
      const names = Object.keys(event(answer).headers);
      for (const [name] of droppedHeaders()) expect(names).not.toContain(name);
      for (const [name] of keptHeaders()) expect(names).toContain(name);
    },
  },
  ...forbiddenMappings,
  'evt-path-vs-context': {
    api: greedy,
    send: ['GET /test/proxy-value'],
    check: (answer) =>
      expect(event(answer)).toMatchObject({
        path: '/proxy-value',
        resource: '/{proxy+}',
        requestContext: { path: '/test/proxy-value', resourcePath: '/{proxy+}' },
        pathParameters: { proxy: 'proxy-value' },
      }),
  },
  'evt-trailing-slash': {
    api: greedy,
    send: ['GET /test/proxy-value/'],
    check: (answer) =>
      expect(event(answer)).toMatchObject({ path: '/proxy-value/', pathParameters: { proxy: 'proxy-value' } }),
  },
  'evt-double-slash': {
    api: greedy,
    send: ['GET /test/proxy-value//double-slash'],
    check: (answer) =>
      expect(event(answer)).toMatchObject({
        path: '/proxy-value//double-slash',
        pathParameters: { proxy: 'proxy-value//double-slash' },
      }),
  },
  'evt-slash-after-stage': {
    api: greedy,
    send: ['GET /test//proxy-value'],
    check: (answer) =>
      expect(event(answer)).toMatchObject({ path: '/proxy-value', requestContext: { path: '/test//proxy-value' } }),
  },
  'evt-slash-before-stage': {
    api: greedy,
    send: ['GET //test/proxy-value'],
    check: (answer) =>
      expect(event(answer)).toMatchObject({ path: '/proxy-value', requestContext: { path: '/test/proxy-value' } }),
  },
  'evt-path-not-decoded': {
    api: greedy,
    send: ['GET /test/test%2Balias@gmail.com'],
    check: (answer) =>
      expect(event(answer)).toMatchObject({
        path: '/test%2Balias@gmail.com',
        pathParameters: { proxy: 'test%2Balias@gmail.com' },
      }),
  },
  'evt-query-decoded': {
    api: { routes: { 'GET /': echo } },
    send: ['GET /test/?plus=test+alias&email=test%2Balias'],
    check: (answer) => expect(event(answer).queryStringParameters).toEqual({ plus: 'test alias', email: 'test+alias' }),
  },
  'evt-nulls': {
    api: { routes: { 'GET /static': echo } },
    send: ['GET /test/static'],
    check: (answer) =>
      expect(event(answer)).toMatchObject({
        body: null,
        queryStringParameters: null,
        multiValueQueryStringParameters: null,
        stageVariables: null,
        pathParameters: null,
      }),
  },
  'evt-no-authorizer-key': {
    api: { routes: { 'GET /': echo } },
    check: (answer) => {
      const { requestContext } = event(answer);
      expect(requestContext).not.toHaveProperty('authorizer');
      expect(Object.keys(requestContext.identity)).toHaveLength(12);
      expect(requestContext.identity).not.toHaveProperty('apiKey');
    },
  },
  'evt-authorizer-keys': {
    api: authorized(policy('Allow', undefined, "{ some: 'entry' }")),
    send: ['GET /test/request', key],
    check: (answer) =>
      expect(event(answer).requestContext.authorizer).toEqual({
        some: 'entry',
        principalId: 'p',
        integrationLatency: expect.any(Number),
      }),
  },

  'auth-missing-source': {
    api: authorized(policy('Allow')),
    send: ['GET /test/request'],
    check: async (_answer, api) => {
      expect((await api.send('GET /test/request', [['Authorization', '']])).status).toBe(401);
      expect(api.authorizerInvocations()).toBe(0);
    },
  },
  'auth-all-sources-needed': {
    api: authorized(policy('Allow'), {
      authorizerProperties: { IdentitySource: 'method.request.header.Authorization,method.request.querystring.q' },
    }),
    send: ['GET /test/request', key],
    check: (_answer, api) => expect(api.authorizerInvocations()).toBe(0),
  },
  'auth-source-kinds': {
    api: authorized(policy('Allow'), {
      stage: { Variables: { v: 'x' } },
      authorizerProperties: {
        IdentitySource:
          'method.request.header.Authorization,method.request.querystring.q,stageVariables.v,context.identity.sourceIp',
      },
    }),
    send: null,
    check: async (_answer, api) => expect((await api.send('GET /test/request?q=1', key)).status).toBe(200),
  },
  'auth-no-source-ttl0': {
    api: authorized(policy('Allow'), { authorizerProperties: { IdentitySource: '', AuthorizerResultTtlInSeconds: 0 } }),
    first: ['GET /test/request'],
    send: ['GET /test/request'],
    check: (_answer, api) => expect(api.authorizerInvocations()).toBe(2),
  },
  'auth-throw-unauthorized': { api: authorized("throw new Error('Unauthorized');"), send: ['GET /test/request', key] },
  'auth-throw-other': { api: authorized("throw new Error('Unauthorized: reason');"), send: ['GET /test/request', key] },
  'auth-timeout': {
    api: authorized('await new Promise(() => setInterval(() => {}, 1000));', { authorizerTimeout: 1 }),
    send: ['GET /test/request', key],
  },
  'auth-malformed': {
    api: authorized("return { statusCode: 401, headers: {}, body: '' };"),
    send: ['GET /test/request', key],
  },
  'auth-explicit-deny': { api: authorized(policy('Deny')), send: ['GET /test/request', key] },
  'auth-implicit-deny': { api: authorized(noPolicy), send: ['GET /test/request', key] },
  'auth-resource-policy-deny': {
    api: authorized(policy('Allow'), { api: resourcePolicy('Deny') }),
    send: ['GET /test/request', key],
    check: (_answer, api) => expect(api.authorizerInvocations()).toBe(0),
  },
  'auth-policy-table-1': policyTable(policy('Allow')),
  'auth-policy-table-2': policyTable(policy('Allow'), 'Deny'),
  'auth-policy-table-3': policyTable(noPolicy, 'Allow'),
  'auth-policy-table-4': policyTable(noPolicy),
  'auth-policy-table-5': policyTable(policy('Deny'), 'Allow'),
  'policy-arn-shape': {
    api: { routes: { 'GET /pets/{id}': echo }, authorizer: policy('Allow', "event.methodArn.replace('a1b2', '*')") },
    send: null,
    check: async (_answer, api) => {
      expect((await api.send('GET /test/pets/a1b2', key)).status).toBe(200);
      expect(verdict('execute-api:Invoke', 'arn:aws:execute-api:us-east-1:123456789012:api/test/*')).toBe('Allow');
      expect(verdict('execute-api:Invoke', 'arn:aws:execute-api:us-east-1:123456789012:api/test/GET/pets/a1b2')).toBe(
        'Allow',
      );
      expect(verdict('execute-api:Invoke', 'arn:aws:execute-api:us-east-1:123456789012:api/test/GET/pets/{id}')).toBe(
        'ImplicitDeny',
      );
    },
  },
  'policy-actions': {
    api: { routes: { 'GET /': ok } },
    send: null,
    check: () => {
      expect(
        ['execute-api:Invoke', 'execute-api:*', 'execute-api:InvalidateCache'].map((action) => verdict(action, '*')),
      ).toEqual(['Allow', 'Allow', 'ImplicitDeny']);
    },
  },
  'auth-arn-in-event': {
    api: authorized(policy('Allow', undefined, '{ arn: event.methodArn }')),
    send: ['GET /test/request', key],
    check: (answer) =>
      expect(event(answer).requestContext.authorizer.arn).toMatch(
        /^arn:aws:execute-api:us-east-1:123456789012:[a-z0-9]{10}\/test\/GET\/request$/,
      ),
  },
  'auth-no-body-in-event': {
    api: {
      routes: { 'POST /request': echo },
      authorizer: policy('Allow', undefined, "{ keys: Object.keys(event).join(' ') }"),
    },
    send: ['POST /test/request', key, 'a body'],
    check: (answer) => expect(event(answer).requestContext.authorizer.keys.split(' ')).not.toContain('body'),
  },
  'auth-context-stringified': {
    api: authorized(policy('Deny', undefined, '{ numKey: 1, boolKey: true }'), {
      gatewayResponses: {
        ACCESS_DENIED: {
          ResponseTemplates: { 'application/json': '$context.authorizer.numKey $context.authorizer.boolKey' },
        },
      },
    }),
    send: ['GET /test/request', key],
    check: (answer) => expect(answer.body).toBe('1 true'),
  },
  'auth-context-nested': {
    api: authorized(policy('Allow', undefined, '{ nested: { a: 1 } }')),
    send: ['GET /test/request', key],
    check: (answer, api) => {
      expect(answer.status).toBeGreaterThanOrEqual(500);
      expect(api.functionInvocations()).toBe(0);
    },
  },
  'auth-cache-key': {
    api: { routes: { 'GET /request': echo, 'POST /other': echo }, authorizer: policy('Allow') },
    first: ['GET /test/request', key],
    send: ['POST /test/other', key],
    check: (answer, api) => {
      expect(answer.status).toBe(200);
      expect(api.authorizerInvocations()).toBe(1);
    },
  },
  'auth-cache-narrow-policy': {
    api: { routes: { 'GET /{proxy+}': echo }, authorizer: policy('Allow', 'event.methodArn') },
    first: ['GET /test/one', key],
    send: ['GET /test/two', key],
    check: (_answer, api, first) => {
      expect(first?.status).toBe(200);
      expect(api.authorizerInvocations()).toBe(1);
    },
  },
  'auth-cache-key-change': {
    api: authorized(policy('Allow'), {
      authorizerProperties: { IdentitySource: 'method.request.header.Authorization,method.request.querystring.q' },
    }),
    first: ['GET /test/request?q=1', key],
    send: ['GET /test/request?q=2', key],
    check: (_answer, api) => expect(api.authorizerInvocations()).toBe(2),
  },
  'auth-ttl': {
    api: authorized(policy('Allow'), { authorizerProperties: { AuthorizerResultTtlInSeconds: 0 } }),
    first: ['GET /test/request', key],
    send: ['GET /test/request', key],
    check: async (_answer, api) => {
      expect(api.authorizerInvocations()).toBe(2);
      const { startApi } = await import('./api-under-test.ts');
      const standard = await startApi(authorized(policy('Allow')));
      expect(standard.model.routes[0]?.authorizer).toMatchObject({ ttlSeconds: 300 });
      await standard.close();
      await expect(
        startApi(authorized(policy('Allow'), { authorizerProperties: { AuthorizerResultTtlInSeconds: 3601 } })),
      ).rejects.toThrow('3600');
    },
  },
  'auth-deny-cached': {
    api: authorized(policy('Deny')),
    first: ['GET /test/request', key],
    send: ['GET /test/request', key],
    check: async (_answer, api) => {
      expect(api.authorizerInvocations()).toBe(1);
      const { startApi } = await import('./api-under-test.ts');
      const throwing = await startApi(authorized("throw new Error('no');"));
      for (const _ of [1, 2]) await throwing.send('GET /test/request', key);
      expect(throwing.authorizerInvocations()).toBe(2);
      await throwing.close();
    },
  },
  'auth-arn-limit': {
    api: { routes: { 'GET /{proxy+}': echo } },
    send: [`GET /test/${'a'.repeat(1600)}`],
    check: (answer) => expect(answer.body).toContain('Request URI too long'),
  },
  'auth-policy-resource-limit': {
    api: authorized(policy('Allow', "event.methodArn + '*'.repeat(512)")),
    send: ['GET /test/request', key],
    check: (answer) => expect(answer.status).toBe(500),
  },
  'q-payload': { api: { routes: { 'POST /': ok } }, send: ['POST /test/', [], Buffer.alloc(10 * 1024 * 1024 + 1)] },
  'q-timeout': {
    api: { routes: { 'GET /': ok } },
    send: null,
    check: async (_answer, api) => {
      expect(api.model.routes[0]?.integration).toMatchObject({ timeoutMs: 29_000 });
      const { startApi } = await import('./api-under-test.ts');
      await expect(startApi({ routes: { 'GET /': ok }, integration: { TimeoutInMillis: 49 } })).rejects.toThrow('50');
    },
  },
  'cors-proxy-backend': {
    api: { routes: { 'GET /': ok, 'GET /cors': "return { headers: { 'Access-Control-Allow-Origin': '*' } };" } },
    send: null,
    check: async (_answer, api) => {
      expect(
        (await api.send('GET /test/', [['Origin', 'https://a.example']])).header('access-control-allow-origin'),
      ).toBeUndefined();
      expect(
        (await api.send('GET /test/cors', [['Origin', 'https://a.example']])).header('access-control-allow-origin'),
      ).toBe('*');
    },
  },
  'cors-gateway-errors': {
    api: authorized(policy('Allow')),
    send: ['GET /test/request', [['Origin', 'https://a.example']]],
    check: (answer) => expect(answer.header('access-control-allow-origin')).toBeUndefined(),
  },
  'mock-invalid-endpoint-log': {
    api: { routes: { 'GET /': { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', Uri: 'nowhere' } } },
  },
};

/** Cases that are not run, each with its reason. */
export const notRun: Readonly<Record<string, string>> = {
  ...because('there is no control plane: gateway responses come from the template', [
    'gwr-delete-unset',
    'gwr-delete-resets',
    'gwr-patch-status-ops',
    'gwr-redeploy',
  ]),
  ...because('HTTP and other non-proxy integrations are not served, and are named in a warning at start', [
    'gwr-bad-endpoint-500',
    'remap-nonproxy-authorization',
    'remap-nonproxy-content-length',
    'remap-nonproxy-content-md5',
    'remap-nonproxy-expect',
    'remap-nonproxy-max-forwards',
    'remap-nonproxy-proxy-authenticate',
    'remap-nonproxy-server',
    'remap-nonproxy-trailer',
    'remap-nonproxy-upgrade',
    'remap-nonproxy-www-authenticate',
    'noremap-nonproxy',
    'remap-http-proxy',
    'http-status-nonproxy',
    'http-status-proxy',
  ]),
  ...because('request validators are not served, and are named in a warning at start', [
    'val-missing-all',
    'val-missing-header',
    'val-params-before-body',
    'val-bad-body',
    'val-ref-model-array',
    'val-oneof-null',
    'val-blank-qs',
  ]),
  ...because('VTL is not run: such a MOCK method is not served, and is named in a warning at start', [
    'mock-status-from-template',
    'mock-response-override',
  ]),
  ...because('API Gateway API keys and usage plans are not served, and are named in a warning at start', [
    'key-missing',
    'key-valid',
    'key-disabled',
    'key-from-authorizer',
  ]),
  ...because('nothing is throttled on a laptop', [
    'throttle-rate',
    'throttle-quota',
    'throttle-order',
    'q-throttle',
    'lpr-lambda-throttled',
  ]),
  ...because('there is no CloudFront in front: the APIs are regional', [
    'req-edge-headers',
    'evt-authorization-casing',
  ]),
  'evt-http2-lowercase':
    'the gateway speaks HTTP/1.1; the relevant part, case-insensitive lookup of headers, is a unit test of bearer.ts',
  'auth-result-size': 'it records a limit that is not to be enforced',
  'q-headers': 'status and body are not proven; Node refuses a head over 16 KB with 431',
  'cors-mock-definition': 'it records a definition; the preflight of our definition is tested over HTTP',
};

function because(reason: string, ids: readonly string[]): Record<string, string> {
  return Object.fromEntries(ids.map((id) => [id, reason]));
}

function mock(): Record<string, unknown> {
  return {
    Type: 'MOCK',
    RequestTemplates: { 'application/json': '{"statusCode": 200}' },
    IntegrationResponses: [{ StatusCode: '200' }],
  };
}

function droppedHeaders(): Fields {
  const names = [
    'Content-MD5',
    'Expect',
    'Max-Forwards',
    'Proxy-Authenticate',
    'Server',
    'TE',
    'Trailer',
    'Upgrade',
    'WWW-Authenticate',
  ];
  return names.map((name) => [name, name === 'Expect' ? '100-continue' : 'x'] as const);
}

function keptHeaders(): Fields {
  const names = [
    'Accept',
    'Accept-Charset',
    'Accept-Encoding',
    'Age',
    'Authorization',
    'Content-Encoding',
    'Content-Type',
    'Date',
    'Host',
    'Pragma',
    'Range',
    'Referer',
    'User-Agent',
    'Via',
    'Warn',
  ];
  return names.map((name) => [name, 'x'] as const);
}

function verdict(Action: string, Resource: string): string {
  const Statement = [{ Effect: 'Allow' as const, Action, Resource }];
  return evaluatePolicy(
    { Version: '2012-10-17', Statement },
    'arn:aws:execute-api:us-east-1:123456789012:api/test/GET/pets/a1b2',
    '127.0.0.1',
  );
}
