import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { newApp, ProductStack } from '../support/product.ts';

// A flood of one route must not stop the routes that end access: API Gateway counts method limits before it authorizes.

const settings = { throttleRatePerSecond: 700, throttleBurst: 900 };
const stack = new ProductStack(newApp(settings), 'Throttled');
const template = Template.fromStack(stack);

interface MethodSetting {
  readonly HttpMethod: string;
  readonly ResourcePath: string;
  readonly ThrottlingRateLimit: number;
  readonly ThrottlingBurstLimit: number;
}

const stages = Object.entries(template.findResources('AWS::ApiGateway::Stage'));
const settingsOf = (api: 'CustomerApi' | 'OperatorApi'): MethodSetting[] =>
  stages.find(([id]) => id.startsWith(api))?.[1]['Properties'].MethodSettings ?? [];
const limitOf = (api: 'CustomerApi' | 'OperatorApi', method: string, path: string) => {
  const wanted = `/${path.replaceAll('/', '~1')}`;
  const all = settingsOf(api);
  const own = all.find(({ HttpMethod, ResourcePath }) => HttpMethod === method && ResourcePath === wanted);
  return (own ?? all.find(({ ResourcePath }) => ResourcePath === '/*'))?.ThrottlingRateLimit;
};

describe('a route that ends access', () => {
  test.each([
    ['DELETE', '/keys/{keyId}'],
    ['POST', '/keys/revoke'],
  ])('%s %s has no smaller limit than a data route, on either API', (method, path) => {
    expect(limitOf('CustomerApi', 'GET', '/whoami')).toBe(700);
    expect(limitOf('CustomerApi', method, path)).toBe(700);
    expect(limitOf('OperatorApi', method, `/organizations/{organizationId}${path}`)).toBe(700);
  });

  test('POST /revoke accepts at least 50 requests per second', () => {
    expect(limitOf('CustomerApi', 'POST', '/revoke')).toBeGreaterThanOrEqual(50);
  });
});

test('other key routes have a tenth of the limit, and open routes have a low limit', () => {
  expect(limitOf('CustomerApi', 'POST', '/keys')).toBe(70);
  expect(limitOf('CustomerApi', 'POST', '/webhooks/scalekit')).toBe(10);
  expect(limitOf('CustomerApi', 'GET', '/openapi.json')).toBe(2);
});

test('preflights are throttled, and exist only on routes that pages call', () => {
  const methods = template.findResources('AWS::ApiGateway::Method', { Properties: { HttpMethod: 'OPTIONS' } });
  const preflights = settingsOf('CustomerApi').filter(({ HttpMethod }) => HttpMethod === 'OPTIONS');
  expect(preflights).toHaveLength(Object.keys(methods).length);
  for (const { ThrottlingRateLimit } of preflights) expect(ThrottlingRateLimit).toBe(50);
  const paths = preflights.map(({ ResourcePath }) => ResourcePath.slice(1).replaceAll('~1', '/')).sort();
  expect(paths).toEqual(['/keys', '/keys/revoke', '/keys/{keyId}', '/keys/{keyId}/rotate', '/whoami']);
});

test('the synthesis prints the sum of all limits in one line', () => {
  Annotations.fromStack(stack).hasInfo(
    '*',
    Match.stringLikeRegexp('The methods of the customers’ API accept \\d+ requests per second together'),
  );
});
