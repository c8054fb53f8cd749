import { setTimeout as delay } from 'node:timers/promises';
import { fail, ok, type Result } from '../result.ts';
import { errorTypeOf, sendAwsJson } from './aws-request.ts';
import type { HttpAnswer } from './http-request.ts';
import { keptConnections } from './kept-connections.ts';

/** An item, or its key, in DynamoDB's JSON. */
export type Item = Readonly<Record<string, Attribute>>;
export type Attribute = { readonly S: string } | { readonly N: string };

/** Why a call failed. `condition_failed` is a normal answer to a put. */
export type DynamoDbFailure =
  | { readonly kind: 'condition_failed' }
  | { readonly kind: 'throttled' | 'failed'; readonly cause: unknown };

/** The condition that the existing item must meet for a put. */
export interface Condition {
  readonly expression: string;
  /** By their names in the expression, like `:notBefore`. */
  readonly values: Item;
}

interface ReadOptions {
  readonly isConsistent: boolean;
  readonly timeoutMs: number;
}

/** One table. Each call ends within its `timeoutMs`, is safe to repeat, and never throws when the service fails. */
export interface DynamoDbTable {
  getItem(key: Item, options: ReadOptions): Promise<Result<Item | undefined, DynamoDbFailure>>;
  /** Returns the items that exist, in no order, or fails as a whole. Accepts at most 100 keys, each once. */
  batchGetItem(keys: readonly Item[], options: ReadOptions): Promise<Result<readonly Item[], DynamoDbFailure>>;
  /** Writes an item, and replaces an existing one. */
  putItem(
    item: Item,
    options: { readonly condition?: Condition; readonly timeoutMs: number },
  ): Promise<Result<void, DynamoDbFailure>>;
}

/** The table of that name, with its own connections, which are kept alive. */
export function dynamoDbTable(TableName: string): DynamoDbTable {
  const connections = keptConnections();

  async function call(operation: string, input: object, timeoutMs: number): Promise<Result<Answer, DynamoDbFailure>> {
    try {
      const answer = await sendAwsJson('dynamodb', operation, input, { timeoutMs, connections });
      return answer.status === 200 ? ok(JSON.parse(answer.body) as Answer) : fail(failureOf(answer));
    } catch (cause) {
      return fail({ kind: 'failed', cause });
    }
  }

  return {
    async getItem(Key, { isConsistent, timeoutMs }) {
      const answer = await readTwice(timeoutMs, (leftMs) =>
        call('GetItem', { TableName, Key, ConsistentRead: isConsistent }, leftMs),
      );
      return answer.ok ? ok(answer.value.Item) : answer;
    },
    async batchGetItem(Keys, { isConsistent, timeoutMs }) {
      const RequestItems = { [TableName]: { Keys, ConsistentRead: isConsistent } };
      return readTwice(timeoutMs, async (leftMs) => {
        const answer = await call('BatchGetItem', { RequestItems }, leftMs);
        if (!answer.ok) return answer;
        const { Responses = {}, UnprocessedKeys = {} } = answer.value;
        if (Object.keys(UnprocessedKeys).length > 0) return throttled(new Error('DynamoDB left keys unprocessed'));
        return ok(Responses[TableName] ?? []);
      });
    },
    async putItem(Item, { condition, timeoutMs }) {
      const input = {
        TableName,
        Item,
        ...(condition && {
          ConditionExpression: condition.expression,
          ...(Object.keys(condition.values).length > 0 ? { ExpressionAttributeValues: condition.values } : {}),
        }),
      };
      const answer = await call('PutItem', input, timeoutMs);
      return answer.ok ? ok(undefined) : answer;
    },
  };
}

interface Answer {
  readonly Item?: Item;
  readonly Responses?: Readonly<Record<string, readonly Item[]>>;
  readonly UnprocessedKeys?: object;
}

/** Retries a throttled read once, if there is time for it: a burst passes in milliseconds. */
async function readTwice<T>(
  timeoutMs: number,
  read: (leftMs: number) => Promise<Result<T, DynamoDbFailure>>,
): Promise<Result<T, DynamoDbFailure>> {
  const startedAt = Date.now();
  const first = await read(timeoutMs);
  const pauseMs = 5 + Math.random() * 15;
  const leftMs = () => timeoutMs - (Date.now() - startedAt);
  if (first.ok || first.failure.kind !== 'throttled' || leftMs() <= pauseMs) return first;
  await delay(pauseMs);
  return leftMs() > 0 ? read(leftMs()) : first;
}

const throttlings = [
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'LimitExceededException',
];

function failureOf(answer: HttpAnswer): DynamoDbFailure {
  const type = errorTypeOf(answer).split('#').at(-1) ?? '';
  if (type === 'ConditionalCheckFailedException') return { kind: 'condition_failed' };
  const cause = new DynamoDbError(`DynamoDB answered ${answer.status} ${type}`, type);
  return { kind: throttlings.includes(type) ? 'throttled' : 'failed', cause };
}

function throttled(cause: Error): { readonly ok: false; readonly failure: DynamoDbFailure } {
  return fail({ kind: 'throttled', cause });
}

/** An error answer; `code` is DynamoDB's name of the error. */
class DynamoDbError extends Error {
  override readonly name = 'DynamoDbError';
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}
