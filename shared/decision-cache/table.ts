import { type DynamoDbFailure, dynamoDbTable, type Item } from '../aws/dynamodb.ts';
import type { Result } from '../result.ts';

export type TableFailure = DynamoDbFailure;

/** An item with its partition key. */
export type TableItem = Item & { readonly id: { readonly S: string } };

/**
 * What a put takes the place of. Nothing of a table may depend on a read before: another environment writes meanwhile.
 * `older`: of nothing, or of an item whose `notBefore` lies before the new one's.
 * `older_or_decision`: also of any decision.
 */
export type Replaces = 'anything' | 'older' | 'older_or_decision';

/** The table as this room uses it. Each call ends within its `timeoutMs`. */
export interface Table {
  /** A consistent read sees every write that was answered before it was sent. */
  get(id: string, isConsistent: boolean, timeoutMs: number): Promise<Result<Item | undefined, TableFailure>>;
  /** Gives what there is, in no order; all or nothing. */
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
