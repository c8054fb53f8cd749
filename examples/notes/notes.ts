import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { isWithin, type Ownership } from './ownership.ts';

export interface Note extends Ownership {
  readonly noteId: string;
  readonly text: string;
  /** RFC 3339. */
  readonly createdAt: string;
}

const client = DynamoDBDocumentClient.from(new DynamoDBClient());
const table = { TableName: process.env['NOTES_TABLE'] };

/** Writes a note with all that its maker's rows have. */
export async function createNote(ownership: Ownership, text: string): Promise<Note> {
  const note: Note = { ...ownership, noteId: `note_${randomUUID()}`, text, createdAt: new Date().toISOString() };
  await client.send(new PutCommand({ ...table, Item: note }));
  return note;
}

/** Finds a note; one of somebody else's is as one that is not there. */
export async function getNote(ownership: Ownership, noteId: string): Promise<Note | undefined> {
  const { organizationId } = ownership;
  const { Item } = await client.send(
    new GetCommand({ ...table, Key: { organizationId, noteId }, ConsistentRead: true }),
  );
  const note = Item as Note | undefined;
  return note && isWithin(note, ownership) ? note : undefined;
}

/** Lists a page of notes, and after which note the next one begins. It may be short, even empty, before the last. */
export async function listNotes(
  ownership: Ownership,
  page: { readonly size: number; readonly after?: string | undefined },
): Promise<{ readonly notes: readonly Note[]; readonly last: string | undefined }> {
  const { environment, ...keys } = ownership;
  const narrowed = equal(environment === undefined ? {} : { environment });
  const { Items, LastEvaluatedKey } = await client.send(
    new QueryCommand({
      ...table,
      ...(keys.userId === undefined ? {} : { IndexName: 'byUser' }),
      KeyConditionExpression: equal(keys),
      ...(narrowed ? { FilterExpression: narrowed } : {}),
      ...valuesOf(ownership),
      Limit: page.size,
      // A position among the caller's own rows: of what the client sent it has the id alone.
      ...(page.after === undefined ? {} : { ExclusiveStartKey: { ...keys, noteId: page.after } }),
    }),
  );
  return { notes: (Items ?? []) as Note[], last: LastEvaluatedKey?.['noteId'] as string | undefined };
}

/** Deletes a note; one of somebody else's, or none, stays as it is. */
export async function deleteNote({ organizationId, ...rest }: Ownership, noteId: string): Promise<void> {
  const condition = equal(rest);
  const command = new DeleteCommand({
    ...table,
    Key: { organizationId, noteId },
    ...(condition ? { ConditionExpression: condition, ...valuesOf(rest) } : {}),
  });
  await client.send(command).catch((error: unknown) => {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  });
}

/** An expression by which a row has each of the values; `""` for none. */
function equal(values: Partial<Ownership>): string {
  return Object.keys(values)
    .map((name) => `#${name} = :${name}`)
    .join(' AND ');
}

function valuesOf(values: Partial<Ownership>) {
  const entries = Object.entries(values);
  return {
    ExpressionAttributeNames: Object.fromEntries(entries.map(([name]) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(entries.map(([name, value]) => [`:${name}`, value])),
  };
}
