import { z } from 'zod';

const Keys = z.object({
  KeySchema: z.array(z.object({ AttributeName: z.string(), KeyType: z.string() })),
  GlobalSecondaryIndexes: z.array(z.object({ IndexName: z.string(), KeySchema: z.unknown() })).default([]),
  LocalSecondaryIndexes: z.array(z.object({ IndexName: z.string(), KeySchema: z.unknown() })).default([]),
});

/** The keys of a table and its indexes as a string to compare. */
export function keysOf(table: unknown): string {
  const { KeySchema, ...indexes } = Keys.parse(table);
  const named = Object.values(indexes).map((list) => list.toSorted((a, b) => (a.IndexName < b.IndexName ? -1 : 1)));
  return JSON.stringify([KeySchema, named]);
}
