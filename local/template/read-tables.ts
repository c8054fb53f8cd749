import { z } from 'zod';
import type { Template } from './assembly.ts';
import type { IntrinsicResolver } from './intrinsics.ts';
import type { Table } from './model.ts';
import { resourcesOf } from './resources.ts';

/** What CreateTable is told, as the template has it. */
const TableProperties = z.object({
  AttributeDefinitions: z.array(z.unknown()),
  KeySchema: z.array(z.unknown()),
  GlobalSecondaryIndexes: z.array(z.unknown()).optional(),
  LocalSecondaryIndexes: z.array(z.unknown()).optional(),
});

/** Reads the DynamoDB tables of a template. They are all served on demand, whatever capacity is provisioned. */
export function readTables(template: Template, resolver: IntrinsicResolver): Table[] {
  return resourcesOf(template, resolver, 'AWS::DynamoDB::Table').map(([logicalId, properties]) => ({
    name: resolver.physicalId(logicalId),
    arn: String(resolver.resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] })),
    definition: { ...TableProperties.parse(properties), BillingMode: 'PAY_PER_REQUEST' },
  }));
}
