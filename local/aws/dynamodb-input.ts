import { z } from 'zod';
import { parseJson } from '../http/http-json.ts';
import { AwsError } from './aws-error.ts';
import type { Table } from './tables.ts';

const AnyRow = z.record(z.string(), z.unknown());

const TableCall = z.looseObject({
  TableName: z.string(),
  IndexName: z.string().optional(),
  Key: AnyRow.optional(),
  Item: AnyRow.optional(),
  ConsistentRead: z.boolean().optional(),
});

const BatchCall = z.looseObject({
  RequestItems: z.record(z.string(), z.looseObject({ Keys: z.array(AnyRow), ConsistentRead: z.boolean().optional() })),
});

type Row = z.output<typeof AnyRow>;

/** A call's request to one table. */
export interface TableRequest {
  readonly tableName: string;
  readonly indexName: string | undefined;
  /** The keys or items in the request. */
  readonly rows: readonly Row[];
  readonly isConsistent: boolean;
}

/** Reads the input of a call, and its request to each table. */
export function readInput(
  operation: string,
  body: Buffer,
): { readonly input: object; readonly requests: TableRequest[] } {
  if (operation === 'BatchGetItem') {
    const input = parse(BatchCall, body);
    const requests = Object.entries(input.RequestItems).map(([tableName, { Keys, ConsistentRead = false }]) => ({
      tableName,
      indexName: undefined,
      rows: Keys,
      isConsistent: ConsistentRead,
    }));
    return { input, requests };
  }
  const input = parse(TableCall, body);
  const { TableName, IndexName, Key, Item, ConsistentRead = false } = input;
  const rows = [Key, Item].filter((row) => row !== undefined);
  return { input, requests: [{ tableName: TableName, indexName: IndexName, rows, isConsistent: ConsistentRead }] };
}

const KeySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.string() }));

/** The values of the partition keys, for IAM's `dynamodb:LeadingKeys`. */
export function leadingKeys(table: Table, rows: readonly Row[]): string[] {
  const partition = KeySchema.parse(table.definition['KeySchema']).find(({ KeyType }) => KeyType === 'HASH');
  const values = rows.map((row) => Object.values(AnyRow.catch({}).parse(row[partition?.AttributeName ?? '']))[0]);
  return values.filter((value) => typeof value === 'string');
}

/** The key of a row of a table. */
export function keyOf(table: Table, row: Row): Row {
  const names = KeySchema.parse(table.definition['KeySchema']).map(({ AttributeName }) => AttributeName);
  return Object.fromEntries(names.map((name) => [name, row[name]]));
}

function parse<T>(schema: z.ZodType<T>, body: Buffer): T {
  const parsed = schema.safeParse(parseJson(body));
  if (!parsed.success) throw new AwsError('ValidationException', z.prettifyError(parsed.error));
  return parsed.data;
}
