import { App, Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, test } from 'vitest';
import { ApiKeyAuth } from '../../infra/api-key-auth.ts';
import { synthesizeProduct } from '../support/product.ts';

const domain = {
  domainName: 'api.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/abc',
};
const { domainName, certificateArn } = domain;

const plain = synthesizeProduct();
const beside = synthesizeProduct(domain);
const alone = synthesizeProduct({ ...domain, disableDefaultEndpoint: 'true' });

function apiOf(template: Template, id: 'CustomerApi' | 'OperatorApi'): Record<string, unknown> | undefined {
  const apis = Object.entries(template.findResources('AWS::ApiGateway::RestApi'));
  return apis.find(([logicalId]) => logicalId.startsWith(id))?.[1]['Properties'];
}

describe('a domain', () => {
  test('requires TLS 1.2 or later, as the API does, and maps to the customers’ stage', () => {
    beside.hasResourceProperties('AWS::ApiGateway::DomainName', {
      DomainName: domainName,
      RegionalCertificateArn: certificateArn,
      SecurityPolicy: apiOf(beside, 'CustomerApi')?.['SecurityPolicy'],
      EndpointAccessMode: 'STRICT',
    });
    beside.resourceCountIs('AWS::ApiGateway::BasePathMapping', 1);
    beside.hasOutput('ApiUrl', { Value: 'https://api.example.com' });
  });

  test('has outputs with everything that an alias record needs', () => {
    const [id] = Object.keys(beside.findResources('AWS::ApiGateway::DomainName'));
    beside.hasOutput('DomainAliasTarget', { Value: { 'Fn::GetAtt': [id, 'RegionalDomainName'] } });
    beside.hasOutput('DomainAliasHostedZoneId', { Value: { 'Fn::GetAtt': [id, 'RegionalHostedZoneId'] } });
  });

  test('keeps the default endpoint, which its own setting turns off', () => {
    expect(apiOf(beside, 'CustomerApi')).toEqual(apiOf(plain, 'CustomerApi'));
    expect(apiOf(alone, 'CustomerApi')?.['DisableExecuteApiEndpoint']).toBe(true);
    expect(apiOf(alone, 'OperatorApi')).toEqual(apiOf(plain, 'OperatorApi'));
  });

  test('needs a certificate, and a certificate needs a domain', () => {
    for (const half of [{ domainName }, { certificateArn }])
      expect(() => synthesizeProduct(half)).toThrow('domainName and certificateArn go together');
  });

  test('is needed before the default endpoint can be turned off', () => {
    expect(() => synthesizeProduct({ disableDefaultEndpoint: true })).toThrow(
      'disableDefaultEndpoint needs domainName: otherwise nobody can reach the API',
    );
  });
});

test('both APIs and the domain are reachable by IPv4 and IPv6', () => {
  for (const type of ['RestApi', 'DomainName'])
    beside.allResourcesProperties(`AWS::ApiGateway::${type}`, {
      EndpointConfiguration: { Types: ['REGIONAL'], IpAddressType: 'dualstack' },
    });
});

test.each(['/ping', '/sping', 'ping/'])(
  'a route %s is refused, because a domain answers it without the API',
  (path) => {
    const stack = new Stack(new App(), 'Test');
    const auth = new ApiKeyAuth(stack, 'Keys');
    const code = Code.fromInline('exports.handler = () => undefined;');
    const handler = new LambdaFunction(stack, 'Handler', {
      code,
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
    });
    expect(() => auth.dataRoute('GET', path, handler)).toThrow(/the path .* is reserved.*Use another/);
    expect(() => auth.dataRoute('GET', '/pings', handler)).not.toThrow();
  },
);
