import { type IAspect, Stack } from 'aws-cdk-lib';
import { CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import { CfnArchive, CfnEventBus } from 'aws-cdk-lib/aws-events';
import { AnyPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct, type IConstruct } from 'constructs';

/** A KMS key of the deployment's own, rotated every year and kept when the stack goes: without it, what it encrypted is lost. */
export class CustomerManagedKey extends Construct implements IAspect {
  readonly key: Key;

  constructor(scope: Construct, id: string, { stage }: { readonly stage: string }) {
    super(scope, id);
    const { account, region, partition } = Stack.of(this);
    this.key = new Key(this, 'Key', {
      alias: `api-keys-${stage}`,
      description: 'API keys: logs, queues, alarms, audit, Scalekit secrets',
      enableKeyRotation: true,
    });
    const use = ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'];
    const allow = (principal: ServicePrincipal | AnyPrincipal, conditions: Record<string, Record<string, string>>) =>
      this.key.addToResourcePolicy(
        new PolicyStatement({ actions: use, resources: ['*'], principals: [principal], conditions }),
      );
    allow(new ServicePrincipal(`logs.${region}.amazonaws.com`), {
      ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:*` },
    });
    const ours = { StringEquals: { 'aws:SourceAccount': account } };
    for (const service of ['events', 'cloudwatch']) allow(new ServicePrincipal(`${service}.amazonaws.com`), ours);
    // Roles of ours that use the queues or the table; who they are is for those resources' own permissions.
    for (const service of ['sqs', 'dynamodb'])
      allow(new AnyPrincipal(), {
        StringEquals: { 'kms:CallerAccount': account, 'kms:ViaService': `${service}.${region}.amazonaws.com` },
      });
  }

  /** Encrypts every resource that stores data with the key. */
  visit(node: IConstruct): void {
    const { keyArn } = this.key;
    if (node instanceof CfnLogGroup) node.kmsKeyId = keyArn;
    if (node instanceof CfnTopic) node.kmsMasterKeyId = keyArn;
    if (node instanceof CfnEventBus) node.kmsKeyIdentifier = keyArn;
    if (node instanceof CfnArchive) node.kmsKeyIdentifier = keyArn;
    if (node instanceof CfnTable) node.sseSpecification = { sseEnabled: true, sseType: 'KMS', kmsMasterKeyId: keyArn };
    if (node instanceof CfnQueue) {
      node.kmsMasterKeyId = keyArn;
      node.sqsManagedSseEnabled = undefined;
    }
  }
}
