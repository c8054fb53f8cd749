import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { isDeepStrictEqual } from 'node:util';
import type { JsonAnswer } from '../http/http-json.ts';
import { jsonCall } from '../http/json-calls.ts';
import { UserError } from '../user-error.ts';
import type { AwsCall } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import { DynamoDbFaultSchema, DynamoDbFaults } from './dynamodb-faults.ts';
import { keyOf, leadingKeys, readInput, type TableRequest } from './dynamodb-input.ts';
import { Lag } from './dynamodb-lag.ts';
import type { AwsService, StandIn } from './stand-in.ts';
import { keysOf } from './table-keys.ts';
import { readTables, servedTableProperties, type Table } from './tables.ts';

const writes = ['DeleteItem', 'PutItem', 'UpdateItem'];
const operations = ['BatchGetItem', 'DescribeTable', 'GetItem', 'Query', 'Scan', ...writes];

/** A call's request to an existing table. */
interface Request extends TableRequest {
  readonly table: Table;
}

/** A stand-in for DynamoDB: dynalite, behind IAM. Tables survive a restart. */
export class DynamoDb implements AwsService {
  readonly #server: Server;
  readonly #socket: string;
  readonly #tables: readonly Table[];
  readonly #lag = new Lag();
  readonly #sending = new Set<Promise<JsonAnswer>>();
  readonly faults = new DynamoDbFaults();

  readonly controls = {
    'PUT /dynamodb/fault': jsonCall(DynamoDbFaultSchema, (fault) => this.faults.set(fault)),
  };

  private constructor(server: Server, socket: string, tables: readonly Table[]) {
    this.#server = server;
    this.#socket = socket;
    this.#tables = tables;
  }

  /** Opens the folder of the tables, and creates the missing ones. */
  static async open(folder: string, tables: readonly Table[]): Promise<DynamoDb> {
    const { default: dynalite } = await import('dynalite');
    mkdirSync(folder, { recursive: true });
    const server = dynalite({ path: folder, createTableMs: 0 });
    // A socket, not a port: dynalite accepts any signature, so a client that reached it would bypass IAM.
    const socket =
      process.platform === 'win32'
        ? `\\\\.\\pipe\\dynamodb-${process.pid}`
        : join(mkdtempSync(join(tmpdir(), 'dynamodb-')), 'socket');
    server.listen(socket);
    await once(server, 'listening');
    const dynamoDb = new DynamoDb(server, socket, tables);
    try {
      for (const table of tables) await dynamoDb.#createTable(table);
    } catch (error) {
      await dynamoDb.close(); // an open server would keep the process alive
      throw error;
    }
    return dynamoDb;
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#sending); // dynalite throws if its database closes during a call
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
    if (process.platform !== 'win32') rmSync(join(this.#socket, '..'), { recursive: true, force: true });
  }

  /** Answers one call; throws {@link AwsError} as DynamoDB would answer. */
  async call({ operation, body, require }: AwsCall): Promise<JsonAnswer> {
    if (!operations.includes(operation))
      throw new AwsError('UnknownOperationException', `${operation} of DynamoDB is not served locally`);
    const { input, requests } = readInput(operation, body);
    const found = requests.map((request) => ({ ...request, table: this.#table(request.tableName) }));
    for (const { table, indexName, rows } of found) {
      const resource = indexName === undefined ? table.arn : `${table.arn}/index/${indexName}`;
      const keys = leadingKeys(table, rows);
      // A condition on the leading keys of a request without keys sees no value.
      const context = keys.length > 0 ? { 'dynamodb:LeadingKeys': keys } : {};
      await require({ action: `dynamodb:${operation}`, resource, context });
    }
    await this.faults.before(operation);
    if (writes.includes(operation)) await this.#noteForLag(found);
    const answer = await this.#send(operation, withNames(input, found));
    return this.#withLag(operation, found, answer);
  }

  #table(name: string): Table {
    const table = this.#tables.find((candidate) => name === candidate.name || name === candidate.arn);
    if (!table) throw new AwsError('ResourceNotFoundException', 'Requested resource not found');
    return table;
  }

  async #noteForLag(requests: readonly Request[]): Promise<void> {
    const { lagMs } = this.faults;
    if (lagMs === 0) return;
    for (const { table, rows } of requests) {
      for (const row of rows) {
        const Key = keyOf(table, row);
        const { body } = await this.#send('GetItem', { TableName: table.name, Key, ConsistentRead: true });
        const { Item } = JSON.parse(String(body)) as { Item?: unknown };
        this.#lag.note(table.name, Key, Item, lagMs);
      }
    }
  }

  /** Applies to reads by key only: queries and scans see the current rows. */
  #withLag(operation: string, requests: readonly Request[], answer: JsonAnswer): JsonAnswer {
    const { lagMs } = this.faults;
    if (lagMs === 0 || answer.status !== 200) return answer;
    const seen = ({ table, rows, isConsistent }: Request, items: readonly Row[]) =>
      rows.flatMap((row) => {
        const key = keyOf(table, row);
        const item = items.find((candidate) => isDeepStrictEqual(keyOf(table, candidate), key));
        return (isConsistent ? item : this.#lag.seen(table.name, key, item, lagMs)) ?? [];
      });
    const body = JSON.parse(String(answer.body)) as { Item?: Row; Responses?: Record<string, Row[]> };
    const [first] = requests;
    if (operation === 'GetItem' && first) {
      const [Item] = seen(first, body.Item ? [body.Item] : []);
      return { ...answer, body: JSON.stringify({ ...body, Item }) };
    }
    if (operation !== 'BatchGetItem') return answer;
    const responses = requests.map((request) => [
      request.table.name,
      seen(request, body.Responses?.[request.table.name] ?? []),
    ]);
    return { ...answer, body: JSON.stringify({ ...body, Responses: Object.fromEntries(responses) }) };
  }

  async #createTable({ name, definition }: Table): Promise<void> {
    const known = await this.#send('DescribeTable', { TableName: name });
    if (known.status !== 200) {
      const { status, body } = await this.#send('CreateTable', { TableName: name, ...definition });
      if (status !== 200) throw new UserError(`The table ${name} cannot be created: ${String(body)}`);
      return;
    }
    const { Table: table } = JSON.parse(String(known.body)) as { Table: unknown };
    if (keysOf(table) === keysOf(definition)) return;
    throw new UserError(
      `The keys of table ${name} have changed since it was created. Forget its rows: npm start -- --fresh`,
    );
  }

  #send(operation: string, input: object): Promise<JsonAnswer> {
    const sending = this.#exchange(operation, input);
    this.#sending.add(sending);
    void sending.finally(() => this.#sending.delete(sending)).catch(() => {}); // the caller gets the error
    return sending;
  }

  async #exchange(operation: string, input: object): Promise<JsonAnswer> {
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

type Row = Readonly<Record<string, unknown>>;

/** The input with names of tables instead of ARNs. */
function withNames(input: object, requests: readonly Request[]): object {
  if (!('RequestItems' in input)) return { ...input, TableName: requests[0]?.table.name };
  const items = input.RequestItems as Readonly<Record<string, unknown>>;
  const named = requests.map(({ tableName, table }) => [table.name, items[tableName]]);
  return { ...input, RequestItems: Object.fromEntries(named) };
}

const contentType = 'application/x-amz-json-1.0';

/** Without a table, dynalite is not loaded. */
export const dynamoDb = {
  resources: { 'AWS::DynamoDB::Table': servedTableProperties },
  async start({ stacks, tables: folder }) {
    const tables = stacks.flatMap(readTables);
    return tables.length > 0 ? DynamoDb.open(folder, tables) : undefined;
  },
} satisfies StandIn;
