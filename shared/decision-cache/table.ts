import { type DynamoDbFailure, dynamoDbTable, type Item } from '../aws/dynamodb.ts';
import type { Result } from '../result.ts';

export type TableFailure = DynamoDbFailure;

/** An item with its partition key. */
export type TableItem = Item & { readonly id: { readonly S: string } };

/**
 * The items that a put may replace. A put must not depend on an earlier read, because another environment may write in between.
 * `older`: no item, or an item whose `notBefore` is before the new one's.
 * `older_or_decision`: also any decision.
 */
export type Replaces = 'anything' | 'older' | 'older_or_decision';

/** The table as this room uses it. Each call ends within its `timeoutMs`. */
export interface Table {
  /** A consistent read sees every write that was answered before the read was sent. */
  get(id: string, isConsistent: boolean, timeoutMs: number): Promise<Result<Item | undefined, TableFailure>>;
  /** Returns the items that exist, in no order, or fails as a whole. */
  getAll(
    ids: readonly string[],
    isConsistent: boolean,
    timeoutMs: number,
  ): Promise<Result<readonly Item[], TableFailure>>;
  put(item: TableItem, replaces: Replaces, timeoutMs: number): Promise<Result<void, TableFailure>>;
}

const isOlder = 'attribute_not_exists(id) OR notBefore < :notBefore';
const expressions = { older: isOlder, older_or_decision: `${isOlder} OR attribute_exists(caller)` };

/** The DynamoDB table of that name, whose partition key is `id`. */
export function tableOf(name: string): Table {
  const table = dynamoDbTable(name);
  return {
    get: (id, isConsistent, timeoutMs) => table.getItem(keyOf(id), { isConsistent, timeoutMs }),
    getAll: (ids, isConsistent, timeoutMs) => table.batchGetItem(ids.map(keyOf), { isConsistent, timeoutMs }),
    put(item, replaces, timeoutMs) {
      const { notBefore } = item;
      if (replaces === 'anything' || notBefore === undefined) return table.putItem(item, { timeoutMs });
      const condition = { expression: expressions[replaces], values: { ':notBefore': notBefore } };
      return table.putItem(item, { condition, timeoutMs });
    },
  };
}

function keyOf(id: string): Item {
  return { id: { S: id } };
}
