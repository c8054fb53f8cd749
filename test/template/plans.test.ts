import { type App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { ApiKeySourceType, MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { describe, expect, test } from 'vitest';
import { completeConfig } from '../../infra/config.ts';
import { readSettings } from '../../infra/settings.ts';
import { synthesize } from './deployed/deployed.ts';
import { adopt, methodsOf } from './their-api.ts';

const plans = { free: { rate: 5, burst: 10, quota: 1_000, period: 'DAY' }, pro: { rate: 50, burst: 100 } } as const;
const planned = Object.values(synthesize({ plans }));
const ofType = (resources: typeof planned, type: string) =>
  resources.filter(({ Type }) => Type === `AWS::ApiGateway::${type}`);

test('each plan is a usage plan of the stage, and organizations without one share a meter without limits', () => {
  const properties = ofType(planned, 'UsagePlan').map((one) => one.Properties as Record<string, unknown>);
  expect(properties).toHaveLength(3);
  expect(properties).toContainEqual(
    expect.objectContaining({ Throttle: { RateLimit: 5, BurstLimit: 10 }, Quota: { Limit: 1_000, Period: 'DAY' } }),
  );
  expect(properties).toContainEqual(expect.objectContaining({ Throttle: { RateLimit: 50, BurstLimit: 100 } }));
  const [shared] = properties.filter((one) => !('Throttle' in one));
  expect(shared).not.toHaveProperty('Quota');
  expect(properties.every((one) => JSON.stringify(one['ApiStages']).includes('Stage'))).toBe(true);
  expect(ofType(planned, 'ApiKey')).toHaveLength(1);
  expect(ofType(planned, 'UsagePlanKey')).toHaveLength(1);
});

test('data routes are metered, and routes on keys and open routes are not', () => {
  const { template } = adopt({}, { plans });
  const methods = methodsOf(template(), /^TheirApi/);
  const metered = Object.entries(methods).filter(([, one]) => one['ApiKeyRequired'] === true);
  expect(metered.map(([route]) => route)).toEqual(['GET /orders']);
  template().hasResourceProperties('AWS::ApiGateway::RestApi', { ApiKeySourceType: 'AUTHORIZER' });
});

test('without plans there is no usage plan, no meter and no route on plans', () => {
  const resources = Object.values(synthesize({}));
  for (const type of ['UsagePlan', 'ApiKey', 'UsagePlanKey']) expect(ofType(resources, type)).toEqual([]);
  expect(JSON.stringify(resources)).not.toMatch(/ApiKeySourceType|"ApiKeyRequired":true|usageplans/);
});

describe('an API that takes API keys from a header', () => {
  test('is refused', () => {
    const withKey = (api: RestApi) => api.root.addMethod('GET', new MockIntegration(), { apiKeyRequired: true });
    expect(() => adopt({}, { plans }, (api) => void withKey(api))).toThrow(
      /has a method with apiKeyRequired.*: plans count by the authorizer's answer/,
    );
    expect(() => adopt({ apiKeySourceType: ApiKeySourceType.HEADER }, { plans })).toThrow(
      /has apiKeySourceType HEADER/,
    );
  });

  test('is an error too if such a method is added later', () => {
    const { stack, restApi } = adopt({}, { plans });
    restApi.root.addResource('later').addMethod('GET', new MockIntegration(), { apiKeyRequired: true });
    expect(() => Annotations.fromStack(stack)).toThrow(/takes an API key from a header/);
  });
});

test('a route of another stack that does not count is named', () => {
  const { stack, auth, restApi } = adopt({}, { plans });
  const other = new Stack(stack.node.root as App, 'Other');
  const api = RestApi.fromRestApiAttributes(other, 'Api', {
    restApiId: restApi.restApiId,
    rootResourceId: restApi.root.resourceId,
  });
  api.root.addResource('more').addMethod('GET', new MockIntegration(), { authorizer: auth.authorizer });
  Annotations.fromStack(other).hasWarning('*', Match.stringLikeRegexp('does not count for plans'));
});

test.each([
  [{ Free: { rate: 1, burst: 1 } }],
  [{ free: { rate: 0, burst: 1 } }],
  [{ free: { rate: 1, burst: 0.5 } }],
  [{ free: { rate: 1, burst: 1, quota: 5 } }],
  [{ free: { rate: 1, burst: 1, quota: 5, period: 'YEAR' } }],
  [{ free: { rate: 1, burst: 1, limit: 5 } }],
  ['free'],
])('the plans %j are refused', (wrong) => {
  expect(() => completeConfig({ plans: wrong as never })).toThrow(/plans=.* is not allowed: use plans like/);
});

test('plans may come from the command line, as JSON', () => {
  expect(readSettings({ plans: JSON.stringify(plans) }, '/no/settings/')).toMatchObject({ plans });
});

test('planActivationSeconds needs plans', () => {
  expect(() => completeConfig({ planActivationSeconds: 30 })).toThrow(/planActivationSeconds needs plans/);
});
