import { z } from 'zod';
import type { Stack } from '../template/stack.ts';

/** A DynamoDB table. */
export interface Table {
  readonly name: string;
  readonly arn: string;
  /** The input of CreateTable, without the name. */
  readonly definition: Readonly<Record<string, unknown>>;
}

/** The input of CreateTable, as the template has it. */
const TableProperties = z.object({
  AttributeDefinitions: z.array(z.unknown()),
  KeySchema: z.array(z.unknown()),
  GlobalSecondaryIndexes: z.array(z.unknown()).optional(),
  LocalSecondaryIndexes: z.array(z.unknown()).optional(),
});

/** The properties of a table that are served, or that are safe to ignore. */
export const servedTableProperties = [
  'AttributeDefinitions',
  'BillingMode',
  'DeletionProtectionEnabled',
  'GlobalSecondaryIndexes',
  'KeySchema',
  'LocalSecondaryIndexes',
  'PointInTimeRecoverySpecification',
  'SSESpecification',
  'TableName',
  'Tags',
  'TimeToLiveSpecification', // expired items stay: a reader checks an item's time
];

/** Reads the DynamoDB tables of a stack. All are served on demand, even if the template provisions capacity. */
export function readTables(stack: Stack): Table[] {
  return stack.resources('AWS::DynamoDB::Table').map((resource) => ({
    name: resource.id,
    arn: stack.arn(resource),
    definition: { ...TableProperties.parse(resource.properties), BillingMode: 'PAY_PER_REQUEST' },
  }));
}
