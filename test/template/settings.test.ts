import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { synthesizeProduct as synthesize } from '../support/product.ts';

// Features that settings alone switch on, and features that are on by default.

const plain = synthesize({});
describe('by default', () => {
  test('no optional feature is deployed', () => {
    for (const type of ['KMS::Key', 'WAFv2::WebACL', 'ApiGateway::DomainName', 'Lambda::Alias'])
      plain.resourceCountIs(`AWS::${type}`, 0);
  });

  test('both APIs have a limit per method, and most of the customers’ key routes have a tenth of it', () => {
    const stages = Object.values(plain.findResources('AWS::ApiGateway::Stage'));
    expect(stages).toHaveLength(2);
    for (const { Properties } of stages) {
      const all = Properties.MethodSettings.find(({ ResourcePath }: { ResourcePath: string }) => ResourcePath === '/*');
      expect(all).toMatchObject({ HttpMethod: '*', DataTraceEnabled: false });
      expect(all.ThrottlingRateLimit).toBeLessThanOrEqual(1000);
    }
    plain.hasResourceProperties('AWS::ApiGateway::Stage', {
      MethodSettings: Match.arrayWith([
        Match.objectLike({
          HttpMethod: 'POST',
          ResourcePath: '/~1keys',
          ThrottlingRateLimit: 100,
          ThrottlingBurstLimit: 200,
        }),
      ]),
    });
  });

  test('both APIs accept only TLS 1.2 and 1.3, and queue and topic accept only calls over TLS', () => {
    plain.allResourcesProperties('AWS::ApiGateway::RestApi', {
      SecurityPolicy: Match.stringLikeRegexp('^SecurityPolicy_TLS13_1_2_'),
      EndpointAccessMode: 'STRICT', // only for their own host names
    });
    const refusesPlainHttp = {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    };
    plain.hasResourceProperties('AWS::SQS::QueuePolicy', refusesPlainHttp);
    plain.hasResourceProperties('AWS::SNS::TopicPolicy', refusesPlainHttp);
  });

  test('only alarms of this account may publish to the topic', () => {
    plain.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: 'sns:Publish',
            Condition: Match.objectLike({ StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } }),
          }),
        ]),
      },
    });
  });

  test('every log group has a retention and outlives the stack', () => {
    plain.allResources('AWS::Logs::LogGroup', {
      Properties: { RetentionInDays: 90 },
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });

  test('audit bus, archive and queues outlive the stack', () => {
    for (const type of ['AWS::Events::EventBus', 'AWS::Events::Archive', 'AWS::SQS::Queue'])
      plain.allResources(type, { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
  });

  test('nothing is traced and no function may send traces', () => {
    plain.allResourcesProperties('AWS::Lambda::Function', { TracingConfig: Match.absent() });
    plain.allResourcesProperties('AWS::ApiGateway::Stage', { TracingEnabled: false });
    expect(JSON.stringify(plain.toJSON())).not.toContain('xray:');
  });

  test('functions log as JSON without the platform’s lines, and drop none of our lines', () => {
    plain.allResourcesProperties('AWS::Lambda::Function', {
      LoggingConfig: Match.objectLike({
        LogFormat: 'JSON',
        SystemLogLevel: 'WARN',
        ApplicationLogLevel: Match.absent(),
      }),
    });
  });

  test('every alarm notifies the topic when it starts and when it ends, and nobody is subscribed', () => {
    for (const { Properties } of Object.values(plain.findResources('AWS::CloudWatch::Alarm'))) {
      expect(Properties['OKActions']).toEqual(Properties['AlarmActions']);
      expect(Properties['OKActions']).toHaveLength(1);
    }
    plain.resourceCountIs('AWS::SNS::Subscription', 0);
  });

  test('no function has less than 512 MB, because each can start cold during a request', () => {
    for (const { Properties } of Object.values(plain.findResources('AWS::Lambda::Function')))
      expect(Properties['MemorySize']).toBeGreaterThanOrEqual(512);
  });
});

test('operatorAddresses denies other addresses on the operators’ API, and gives no access by itself', () => {
  const template = synthesize({ operatorAddresses: '203.0.113.0/24 2001:db8::/32' });
  template.hasResourceProperties('AWS::ApiGateway::RestApi', {
    Policy: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Action: 'execute-api:Invoke',
          Resource: 'execute-api:/*',
          Condition: { NotIpAddress: { 'aws:SourceIp': ['203.0.113.0/24', '2001:db8::/32'] } },
        },
      ],
    },
  });
  plain.allResourcesProperties('AWS::ApiGateway::RestApi', { Policy: Match.absent() });
  expect(() => synthesize({ operatorAddresses: '203.0.113.0' })).toThrow(/operatorAddresses.*use ranges/);
});

test('alarmEmail gets every alarm', () => {
  const template = synthesize({ alarmEmail: 'oncall@example.com' });
  template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'oncall@example.com' });
});

test('with provisioned environments, an alarm reports that there are too few', () => {
  const template = synthesize({ authorizerProvisionedConcurrency: 5 });
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: 'ProvisionedConcurrencySpilloverInvocations',
  });
});

test('with tracing, APIs and functions are traced together', () => {
  const template = synthesize({ tracing: true });
  template.allResourcesProperties('AWS::Lambda::Function', { TracingConfig: { Mode: 'Active' } });
  template.allResourcesProperties('AWS::ApiGateway::Stage', { TracingEnabled: true });
});

describe('a customer-managed key', () => {
  const template = synthesize({ customerManagedKey: true });
  const arn = { 'Fn::GetAtt': [Object.keys(template.findResources('AWS::KMS::Key'))[0], 'Arn'] };

  test('is rotated, named, and kept', () => {
    template.hasResource('AWS::KMS::Key', {
      Properties: { EnableKeyRotation: true },
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
    template.hasResourceProperties('AWS::KMS::Alias', { AliasName: 'alias/api-keys-Test' });
  });

  test('encrypts every retained resource', () => {
    template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: arn });
    template.allResourcesProperties('AWS::SNS::Topic', { KmsMasterKeyId: arn });
    template.allResourcesProperties('AWS::SQS::Queue', { KmsMasterKeyId: arn, SqsManagedSseEnabled: Match.absent() });
    template.allResourcesProperties('AWS::Events::EventBus', { KmsKeyIdentifier: arn });
    template.allResourcesProperties('AWS::Events::Archive', { KmsKeyIdentifier: arn });
  });

  test('may be used by the functions that call Scalekit, only to read their parameters', () => {
    const statements = (some: Template) =>
      Object.values(some.findResources('AWS::IAM::Policy')).flatMap(
        ({ Properties }) => Properties.PolicyDocument.Statement as Record<string, unknown>[],
      );
    const decrypt = statements(template).filter(({ Action }) => Action === 'kms:Decrypt');
    const holders = (action: string) =>
      Object.entries(template.findResources('AWS::IAM::Policy'))
        .filter(([, policy]) => JSON.stringify(policy).includes(action))
        .map(([id]) => id);
    expect(holders('kms:Decrypt')).toEqual(holders('ssm:GetParameters'));
    expect(holders('kms:Decrypt')).toHaveLength(12);
    for (const { Resource, Condition } of decrypt) {
      expect(Resource).toEqual(arn);
      expect(Condition).toEqual({ StringEquals: { 'kms:EncryptionContext:PARAMETER_ARN': expect.anything() } });
    }
    expect(statements(plain).filter(({ Action }) => String(Action).startsWith('kms:'))).toEqual([]);
  });
});

describe('AWS WAF', () => {
  const template = synthesize({ waf: 'true', wafRequestsPerMinute: '500' });

  test('has managed rules and a limit per address, and samples no request', () => {
    type Visible = { readonly VisibilityConfig: { readonly SampledRequestsEnabled: boolean } };
    type Acl = Visible & { readonly Rules: (Visible & { readonly Statement: Record<string, unknown> })[] };
    const [acl] = Object.values(template.findResources('AWS::WAFv2::WebACL')) as unknown as { Properties: Acl }[];
    if (!acl) throw new Error('there is no web ACL');
    const { Rules, VisibilityConfig } = acl.Properties;
    expect(Rules[0]?.Statement).toEqual({
      RateBasedStatement: { Limit: 500, AggregateKeyType: 'IP', EvaluationWindowSec: 60 },
    });
    expect(Rules[1]?.Statement).toMatchObject({ RateBasedStatement: { Limit: 60, EvaluationWindowSec: 60 } });
    expect(Rules.slice(2).every(({ Statement }) => 'ManagedRuleGroupStatement' in Statement)).toBe(true);
    expect(Rules.length).toBeGreaterThan(3);
    for (const one of [VisibilityConfig, ...Rules.map((rule) => rule.VisibilityConfig)])
      expect(one.SampledRequestsEnabled).toBe(false);
  });

  test('keeps keys out of its log', () => {
    template.hasResourceProperties('AWS::WAFv2::LoggingConfiguration', {
      RedactedFields: [
        { SingleHeader: { Name: 'authorization' } },
        { SingleHeader: { Name: 'x-api-key' } },
        { SingleHeader: { Name: 'cookie' } },
        { QueryString: {} },
      ],
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', { LogGroupName: Match.stringLikeRegexp('^aws-waf-logs-') });
    template.resourceCountIs('AWS::WAFv2::WebACLAssociation', 1);
  });
});

test('only the function that creates keys gets a limit per user, and only if one is set', () => {
  const told = (some: Template) =>
    Object.entries(some.findResources('AWS::Lambda::Function'))
      .filter(([, { Properties }]) => 'MAX_KEYS_PER_USER' in Properties.Environment.Variables)
      .map(([id, { Properties }]) => [id.slice(0, 9), Properties.Environment.Variables['MAX_KEYS_PER_USER']]);
  expect(told(synthesize({ maxKeysPerUser: '5' }))).toEqual([['CreateKey', '5']]);
  const unlimited = synthesize({ maxKeysPerUser: 0 });
  expect(told(unlimited)).toEqual([]);
  expect(unlimited.toJSON()).toEqual(plain.toJSON());
});

test('reserved concurrency applies to the authorizer and to each function that ends access; by default to none', () => {
  const reserved = (settings: object) =>
    Object.values(synthesize(settings).findResources('AWS::Lambda::Function')).flatMap(({ Properties }) => {
      const { ReservedConcurrentExecutions: count, Environment } = Properties;
      return count === undefined ? [] : [[Environment.Variables.POWERTOOLS_SERVICE_NAME, count]];
    });
  expect(reserved({})).toEqual([]);
  const both = { authorizerReservedConcurrency: 100, reservedConcurrencyForRevocation: 5 };
  expect(reserved(both).toSorted(([one], [other]) => one.localeCompare(other))).toEqual([
    ['authorizer', 100],
    ['end-overlap', 5],
    ['revoke-key', 5],
    ['revoke-keys', 5],
    ['revoke-leaked-key', 5],
  ]);
});

test('only a provisioned authorizer has the entry point that waits for its start', () => {
  const handlers = (settings: object) =>
    Object.values(synthesize(settings).findResources('AWS::Lambda::Function')).map(
      ({ Properties }) => Properties['Handler'],
    );
  expect(
    handlers({ authorizerProvisionedConcurrency: 5 }).filter((handler) => handler === 'warm.handler'),
  ).toHaveLength(1);
  expect(new Set(handlers({}))).toEqual(new Set(['index.handler']));
});

test('provisioned concurrency belongs to an alias, and the alias is the authorizer', () => {
  const template = synthesize({ authorizerProvisionedConcurrency: 5 });
  template.hasResourceProperties('AWS::Lambda::Alias', {
    ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 5 },
  });
  const [alias] = Object.keys(template.findResources('AWS::Lambda::Alias'));
  for (const { Properties } of Object.values(template.findResources('AWS::ApiGateway::Authorizer')))
    expect(JSON.stringify(Properties.AuthorizerUri)).toContain(`{"Ref":"${alias}"}`);
});

test('with docsUrl every problem of the gateways, of WAF and of the functions links to its code; by default none does', () => {
  const docsUrl = 'https://docs.example.com/errors';
  const template = synthesize({ docsUrl, waf: true });
  const responses = Object.values(template.findResources('AWS::ApiGateway::GatewayResponse'));
  expect(responses.length).toBeGreaterThan(20);
  for (const { Properties } of responses) {
    const { type, code } = JSON.parse(Properties.ResponseTemplates['application/json']);
    expect(type).toBe(`${docsUrl}#${code}`);
  }
  for (const { Properties } of Object.values(template.findResources('AWS::WAFv2::WebACL')))
    expect(JSON.parse(Properties.CustomResponseBodies.throttled.Content).type).toBe(`${docsUrl}#throttled`);
  template.allResourcesProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ DOCS_URL: docsUrl }) },
  });
  expect(JSON.stringify(plain.toJSON())).not.toContain('DOCS_URL');
});

test.each(['http://docs.example.com', 'https://docs.example.com/#errors', 'https://docs.example.com/?a=b', 'docs'])(
  'docsUrl %s is refused: a code is put behind it as the fragment',
  (docsUrl) => {
    expect(() => synthesize({ docsUrl })).toThrow(/docsUrl/);
  },
);
