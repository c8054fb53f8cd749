import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { ApiFunction } from './lambda/api-function.ts';

/** Makes a table of items that DynamoDB deletes at their `expiresAt`. It has no backup, for a reason. */
export function itemTable(scope: Construct, reasonWithoutBackup: string): Table {
  const table = new Table(scope, 'Table', {
    partitionKey: { name: 'id', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    timeToLiveAttribute: 'expiresAt',
    removalPolicy: RemovalPolicy.DESTROY,
  });
  acknowledge(table, { id: 'AwsSolutions-DDB3', reason: reasonWithoutBackup });
  return table;
}

/**
 * Lets a function read or put items of a table, only those whose partition keys begin with one of the prefixes and `#`.
 * `ForAllValues` is true for a request without a partition key, so `Null` requires one.
 */
export function allowItems(
  to: ApiFunction,
  table: Table,
  operation: 'GetItem' | 'BatchGetItem' | 'PutItem',
  prefixes: readonly string[],
): void {
  to.addToRolePolicy(
    new PolicyStatement({
      actions: [`dynamodb:${operation}`],
      resources: [table.tableArn],
      conditions: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': prefixes.map((prefix) => `${prefix}#*`) },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    }),
  );
}
