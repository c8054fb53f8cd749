import { type IAspect, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import { CfnArchive, CfnEventBus } from 'aws-cdk-lib/aws-events';
import { AnyPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct, type IConstruct } from 'constructs';

interface CustomerManagedKeyProps {
  readonly deployment: string;
  /** A key of your own; `undefined` for a new one. An imported key needs the statements of the new one in its policy. */
  readonly encryptionKey: IKey | undefined;
}

/** The KMS key of a deployment. A new one is rotated every year, and outlives the stack: without it, its data are lost. */
export class CustomerManagedKey extends Construct implements IAspect {
  readonly key: IKey;

  constructor(scope: Construct, id: string, { deployment, encryptionKey }: CustomerManagedKeyProps) {
    super(scope, id);
    const { account, region, partition } = Stack.of(this);
    this.key =
      encryptionKey ??
      new Key(this, 'Key', {
        alias: `api-keys-${deployment}`,
        description: 'API keys: logs, queues, alarms, audit, Scalekit secrets',
        enableKeyRotation: true,
        removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      });
    const use = ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'];
    const allow = (principal: ServicePrincipal | AnyPrincipal, conditions: Record<string, Record<string, string>>) =>
      this.key.addToResourcePolicy(
        new PolicyStatement({ actions: use, resources: ['*'], principals: [principal], conditions }),
      );
    allow(new ServicePrincipal(`logs.${region}.amazonaws.com`), {
      ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:*` },
    });
    allow(new ServicePrincipal('cloudwatch.amazonaws.com'), { StringEquals: { 'aws:SourceAccount': account } });
    // EventBridge describes the key without naming a bus.
    this.key.addToResourcePolicy(allowEvents(['kms:DescribeKey'], {}));
    // Our roles that use the queues or the table. The permissions on those resources decide which roles these are.
    for (const service of ['sqs', 'dynamodb'])
      allow(new AnyPrincipal(), {
        StringEquals: { 'kms:CallerAccount': account, 'kms:ViaService': `${service}.${region}.amazonaws.com` },
      });
  }

  /** Encrypts with the key every resource that stores data. */
  visit(node: IConstruct): void {
    const { keyArn } = this.key;
    if (node instanceof CfnLogGroup) node.kmsKeyId = keyArn;
    if (node instanceof CfnTopic) node.kmsMasterKeyId = keyArn;
    if (node instanceof CfnEventBus) this.#encryptBus(node);
    if (node instanceof CfnArchive) node.kmsKeyIdentifier = keyArn;
    if (node instanceof CfnTable) node.sseSpecification = { sseEnabled: true, sseType: 'KMS', kmsMasterKeyId: keyArn };
    if (node instanceof CfnQueue) {
      node.kmsMasterKeyId = keyArn;
      node.sqsManagedSseEnabled = undefined;
    }
  }

  /** Names the bus as a literal: the bus references the key, so a reference back would be a circular dependency. */
  #encryptBus(bus: CfnEventBus): void {
    const arn = Stack.of(bus).formatArn({ service: 'events', resource: 'event-bus', resourceName: bus.name });
    const ofBus = { StringEquals: { 'kms:EncryptionContext:aws:events:event-bus:arn': arn } };
    this.key.addToResourcePolicy(allowEvents(['kms:Decrypt', 'kms:GenerateDataKey', 'kms:ReEncrypt*'], ofBus));
    bus.kmsKeyIdentifier = this.key.keyArn;
  }
}

function allowEvents(actions: string[], conditions: Record<string, Record<string, string>>): PolicyStatement {
  const principals = [new ServicePrincipal('events.amazonaws.com')];
  return new PolicyStatement({ actions, resources: ['*'], principals, conditions });
}
