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

/** Writes a note with its owner's attributes. */
export async function createNote(ownership: Ownership, text: string): Promise<Note> {
  const note: Note = { ...ownership, noteId: `note_${randomUUID()}`, text, createdAt: new Date().toISOString() };
  await client.send(new PutCommand({ ...table, Item: note }));
  return note;
}

/** Finds a note; `undefined` if there is none, or if it belongs to another owner. */
export async function getNote(ownership: Ownership, noteId: string): Promise<Note | undefined> {
  const { organizationId } = ownership;
  const { Item } = await client.send(
    new GetCommand({ ...table, Key: { organizationId, noteId }, ConsistentRead: true }),
  );
  const note = Item as Note | undefined;
  return note && isWithin(note, ownership) ? note : undefined;
}

/**
 * Lists a page of notes. The next page begins after `last`. It reads on until the page is full: a position among rows that
 * the caller may not see would reveal them.
 */
export async function listNotes(
  ownership: Ownership,
  page: { readonly size: number; readonly after?: string | undefined },
): Promise<{ readonly notes: readonly Note[]; readonly last: string | undefined }> {
  const notes: Note[] = [];
  for (let next: string | undefined = page.after; ; ) {
    const { rows, last } = await queryNotes(ownership, page.size, next);
    notes.push(...rows);
    if (last === undefined && notes.length <= page.size) return { notes, last };
    if (notes.length >= page.size) return { notes: notes.slice(0, page.size), last: notes[page.size - 1]?.noteId };
    next = last;
  }
}

/** Reads up to `limit` rows of an owner, and returns those that match the claim. */
async function queryNotes(
  ownership: Ownership,
  limit: number,
  after: string | undefined,
): Promise<{ readonly rows: readonly Note[]; readonly last: string | undefined }> {
  const { environment, ...keys } = ownership;
  const narrowed = equal(environment === undefined ? {} : { environment });
  const { Items, LastEvaluatedKey } = await client.send(
    new QueryCommand({
      ...table,
      ...(keys.userId === undefined ? {} : { IndexName: 'byUser' }),
      KeyConditionExpression: equal(keys),
      ...(narrowed ? { FilterExpression: narrowed } : {}),
      ...valuesOf(ownership),
      Limit: limit,
      // A position among the caller's own rows: only its id comes from the client.
      ...(after === undefined ? {} : { ExclusiveStartKey: { ...keys, noteId: after } }),
    }),
  );
  return { rows: (Items ?? []) as Note[], last: LastEvaluatedKey?.['noteId'] as string | undefined };
}

/** Deletes a note. Changes nothing if there is none, or if it belongs to another owner. */
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

/** An expression that requires each of the values; `""` if there are none. */
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
