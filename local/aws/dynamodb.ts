import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { type JsonAnswer, parseJson } from '../http/http-json.ts';
import type { Iam } from '../iam/iam.ts';
import { UserError } from '../user-error.ts';
import type { AwsCall } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import { requireAllowed } from './require.ts';
import type { AwsService, StandIn } from './stand-in.ts';
import { readTables, servedTableProperties, type Table } from './tables.ts';

const operations = ['DeleteItem', 'DescribeTable', 'GetItem', 'PutItem', 'Query', 'Scan', 'UpdateItem'];

const TableCall = z.looseObject({ TableName: z.string(), IndexName: z.string().optional() });

/** A stand-in for DynamoDB: dynalite, behind IAM. Tables outlive a restart. */
export class DynamoDb implements AwsService {
  readonly #server: Server;
  readonly #socket: string;
  readonly #tables: readonly Table[];
  readonly #iam: Iam;

  private constructor(server: Server, socket: string, tables: readonly Table[], iam: Iam) {
    this.#server = server;
    this.#socket = socket;
    this.#tables = tables;
    this.#iam = iam;
  }

  /** Opens the folder that keeps the tables, and makes those that are not in it. */
  static async open(folder: string, tables: readonly Table[], iam: Iam): Promise<DynamoDb> {
    const { default: dynalite } = await import('dynalite');
    mkdirSync(folder, { recursive: true });
    const server = dynalite({ path: folder, createTableMs: 0 });
    // No port: dynalite takes any signature, and who could reach it would be past IAM.
    const socket =
      process.platform === 'win32'
        ? `\\\\.\\pipe\\dynamodb-${process.pid}`
        : join(mkdtempSync(join(tmpdir(), 'dynamodb-')), 'socket');
    server.listen(socket);
    await once(server, 'listening');
    const dynamoDb = new DynamoDb(server, socket, tables, iam);
    try {
      for (const table of tables) await dynamoDb.#createTable(table);
    } catch (error) {
      await dynamoDb.close(); // an open server would keep the process from ending
      throw error;
    }
    return dynamoDb;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
    if (process.platform !== 'win32') rmSync(join(this.#socket, '..'), { recursive: true, force: true });
  }

  /** Answers one call; throws {@link AwsError} as DynamoDB would answer. */
  async call({ principal, operation, body }: AwsCall): Promise<JsonAnswer> {
    if (!operations.includes(operation))
      throw new AwsError('UnknownOperationException', `${operation} of DynamoDB is not served locally`);
    const parsed = TableCall.safeParse(parseJson(body));
    if (!parsed.success) throw new AwsError('ValidationException', z.prettifyError(parsed.error));
    const { TableName, IndexName } = parsed.data;
    const table = this.#tables.find(({ name, arn }) => TableName === name || TableName === arn);
    if (!table) throw new AwsError('ResourceNotFoundException', 'Requested resource not found');
    const resource = IndexName === undefined ? table.arn : `${table.arn}/index/${IndexName}`;
    await requireAllowed(this.#iam, { principal, action: `dynamodb:${operation}`, resource });
    return this.#send(operation, { ...parsed.data, TableName: table.name });
  }

  async #createTable({ name, definition }: Table): Promise<void> {
    const known = await this.#send('DescribeTable', { TableName: name });
    if (known.status !== 200) {
      const { status, body } = await this.#send('CreateTable', { TableName: name, ...definition });
      if (status !== 200) throw new UserError(`The table ${name} can not be made: ${String(body)}`);
      return;
    }
    const { Table: table } = JSON.parse(String(known.body)) as { Table: unknown };
    if (keysOf(table) === keysOf(definition)) return;
    throw new UserError(
      `The keys of table ${name} are not those it was made with. Forget its rows: npm start -- --fresh`,
    );
  }

  async #send(operation: string, input: object): Promise<JsonAnswer> {
    const sent = request({
      socketPath: this.#socket,
      method: 'POST',
      headers: {
        Host: 'localhost',
        'Content-Type': contentType,
        'X-Amz-Target': `DynamoDB_20120810.${operation}`,
        'X-Amz-Date': '20120810T000000Z',
        Authorization: 'AWS4-HMAC-SHA256 Credential=checked, SignedHeaders=already, Signature=before',
      },
    }).end(JSON.stringify(input));
    const [answer] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
    return { status: answer.statusCode ?? 500, contentType, body: await text(answer) };
  }
}

const contentType = 'application/x-amz-json-1.0';

const Keys = z.object({
  KeySchema: z.array(z.object({ AttributeName: z.string(), KeyType: z.string() })),
  GlobalSecondaryIndexes: z.array(z.object({ IndexName: z.string(), KeySchema: z.unknown() })).default([]),
  LocalSecondaryIndexes: z.array(z.object({ IndexName: z.string(), KeySchema: z.unknown() })).default([]),
});

/** The keys of a table and its indexes as a text to compare. */
function keysOf(table: unknown): string {
  const { KeySchema, ...indexes } = Keys.parse(table);
  const named = Object.values(indexes).map((list) => list.toSorted((a, b) => (a.IndexName < b.IndexName ? -1 : 1)));
  return JSON.stringify([KeySchema, named]);
}

/** Without a table, dynalite is not even loaded. */
export const dynamoDb = {
  resources: { 'AWS::DynamoDB::Table': servedTableProperties },
  async start({ stacks, tables: folder, iam }) {
    const tables = stacks.flatMap(readTables);
    return tables.length > 0 ? DynamoDb.open(folder, tables, iam) : undefined;
  },
} satisfies StandIn;
