import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ApiFunction } from './lambda/api-function.ts';

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
