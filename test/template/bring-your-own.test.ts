import { Template } from 'aws-cdk-lib/assertions';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { expect, test } from 'vitest';
import { ApiKeyAuth, type ApiKeyAuthProps } from '../../infra/api-key-auth.ts';
import { synthesizeProduct } from '../support/product.ts';
import { newStack } from './their-api.ts';

// A team has parts already, or does not want them.

const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:123456789012:${rest}`;

function templateWith(props: (stack: ReturnType<typeof newStack>) => ApiKeyAuthProps): Template {
  const stack = newStack();
  new ApiKeyAuth(stack, 'Keys', props(stack));
  return Template.fromStack(stack);
}

test('events go to a bus of the team, and to no other', () => {
  const busArn = arn('events', 'event-bus/theirs');
  const template = templateWith((stack) => ({ eventBus: EventBus.fromEventBusArn(stack, 'Bus', busArn) as never }));
  template.resourceCountIs('AWS::Events::EventBus', 0);
  template.resourceCountIs('AWS::Events::Archive', 0);
  const allowed = Object.values(template.findResources('AWS::IAM::Policy'))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Action }: { Action: string }) => Action === 'events:PutEvents')
    .map(({ Resource }: { Resource: unknown }) => Resource);
  expect(new Set(allowed)).toEqual(new Set([busArn]));
  expect(allowed.length).toBeGreaterThan(0);
});

test('data are encrypted with a key of the team, and no key is made', () => {
  const keyArn = arn('kms', 'key/1');
  const template = templateWith((stack) => ({ encryptionKey: Key.fromKeyArn(stack, 'Key', keyArn) }));
  template.resourceCountIs('AWS::KMS::Key', 0);
  template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: keyArn });
  template.allResourcesProperties('AWS::SQS::Queue', { KmsMasterKeyId: keyArn });
  template.allResourcesProperties('AWS::DynamoDB::Table', { SSESpecification: { KMSMasterKeyId: keyArn } });
});

test('a key of the team that the app itself makes gets the statements that it needs', () => {
  const template = templateWith((stack) => ({ encryptionKey: new Key(stack, 'Key') }));
  template.resourceCountIs('AWS::KMS::Key', 1);
  const [key] = Object.values(template.findResources('AWS::KMS::Key'));
  const text = JSON.stringify(key?.['Properties'].KeyPolicy);
  for (const principal of ['"logs."', 'cloudwatch.amazonaws.com', 'events.amazonaws.com'])
    expect(text).toContain(principal);
});

test('a web ACL of the team is put in front of the customers’ API', () => {
  const webAclArn = arn('wafv2', 'regional/webacl/theirs/1');
  const template = synthesizeProduct({ webAclArn });
  template.resourceCountIs('AWS::WAFv2::WebACL', 0);
  template.resourceCountIs('AWS::WAFv2::WebACLAssociation', 1);
  template.hasResourceProperties('AWS::WAFv2::WebACLAssociation', { WebACLArn: webAclArn });
  expect(() => synthesizeProduct({ webAclArn, waf: true })).toThrow('use one of them');
  expect(() => synthesizeProduct({ webAclArn: 'theirs' })).toThrow('use the ARN of a regional web ACL');
});

test('a domain may have a base path, which is part of the URL', () => {
  const domain = { domainName: 'api.example.com', certificateArn: arn('acm', 'certificate/1') };
  const template = synthesizeProduct({ ...domain, basePath: 'keys/v1' });
  template.hasResourceProperties('AWS::ApiGateway::BasePathMapping', { BasePath: 'keys/v1' });
  template.hasOutput('ApiUrl', { Value: 'https://api.example.com/keys/v1' });
  expect(() => synthesizeProduct({ basePath: 'v1' })).toThrow('basePath needs domainName');
  expect(() => synthesizeProduct({ ...domain, basePath: '/v1' })).toThrow('without slashes at its ends');
});

test('a sandbox may leave out monitoring and the archive', () => {
  const template = synthesizeProduct({ monitoring: false, auditArchive: false });
  for (const type of ['CloudWatch::Alarm', 'CloudWatch::Dashboard', 'SNS::Topic', 'Logs::QueryDefinition'])
    template.resourceCountIs(`AWS::${type}`, 0);
  template.resourceCountIs('AWS::Events::Archive', 0);
  template.resourceCountIs('AWS::Events::EventBus', 1);
  expect(() => synthesizeProduct({ monitoring: false, alarmEmail: 'a@example.com' })).toThrow('needs monitoring');
  expect(() => templateWith((stack) => ({ monitoring: false, alarmTopic: new Topic(stack, 'Topic') }))).toThrow(
    'alarmTopic needs monitoring',
  );
});
