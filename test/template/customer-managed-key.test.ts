import { expect, test } from 'vitest';
import { synthesizeProduct } from '../support/product.ts';

test('EventBridge may describe the key and use it only for the audit bus, as in AWS’s example for archives', () => {
  const template = synthesizeProduct({ customerManagedKey: true });
  const [key] = Object.values(template.findResources('AWS::KMS::Key'));
  const [bus] = Object.values(template.findResources('AWS::Events::EventBus'));
  const statements: { Principal: { Service?: string } }[] = key?.['Properties'].KeyPolicy.Statement;
  const forEvents = statements.filter(({ Principal }) => Principal.Service === 'events.amazonaws.com');
  expect(forEvents).toEqual([
    { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'kms:DescribeKey', Resource: '*' },
    {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:ReEncrypt*'],
      Resource: '*',
      Condition: { StringEquals: { 'kms:EncryptionContext:aws:events:event-bus:arn': expect.anything() } },
    },
  ]);
  expect(JSON.stringify(forEvents[1])).toContain(`:event-bus/${bus?.['Properties'].Name}"`);
});
