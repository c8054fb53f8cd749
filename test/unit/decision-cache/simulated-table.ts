import type { Item } from '../../../shared/aws/dynamodb.ts';
import type { Replaces, Table, TableItem } from '../../../shared/decision-cache/table.ts';
import { fail, ok } from '../../../shared/result.ts';
import type { Process, Simulation } from './simulation.ts';

/** A deliberate mistake of the table that the exploration must find. */
export type TableMutant =
  | 'condition on now'
  | 'no condition'
  | 'ignores a newer decision'
  | 'eventually consistent read'
  | 'a mark deletes';

type Answer<Operation extends keyof Table> = Awaited<ReturnType<Table[Operation]>>;
type Read = (id: string) => Item | undefined;

/** How long an eventually consistent read may return the previous item. */
const lagMs = 1_000;

const failed = fail({ kind: 'failed', cause: new Error('made to fail') } as const);

/** DynamoDB's conditions and consistency. Nothing expires, because a world does not last for a day. */
export class SimulatedTable {
  readonly #simulation: Simulation;
  readonly #mutant: TableMutant | undefined;
  readonly #items = new Map<string, Item>();
  readonly #before = new Map<string, { readonly item: Item | undefined; readonly until: number }>();

  constructor(simulation: Simulation, mutant?: TableMutant) {
    this.#simulation = simulation;
    this.#mutant = mutant;
  }

  /** The table as a process with the clock `now` sees it. */
  of(process: Process, now: () => number): Table {
    const { name } = process;
    return {
      get: async (id, isConsistent, timeoutMs) => {
        // The promise does not cover records of a key's use.
        if (id.startsWith('used#')) return ok(this.#items.get(id));
        return this.#simulation.call<Answer<'get'>>({
          process,
          name: `${name}: get ${shortened(id)}`,
          timeoutMs,
          apply: () => ok(this.#items.get(id)),
          failure: failed,
          alternatives: isConsistent ? undefined : () => this.#stale([id], (read) => ok(read(id))),
        });
      },
      getAll: (ids, isConsistent, timeoutMs) => {
        const all = (read: Read) => ok(ids.map(read).filter((item) => item !== undefined));
        return this.#simulation.call<Answer<'getAll'>>({
          process,
          name: `${name}: read`,
          timeoutMs,
          apply: () => all((id) => this.#items.get(id)),
          failure: failed,
          alternatives:
            isConsistent && this.#mutant !== 'eventually consistent read' ? undefined : () => this.#stale(ids, all),
        });
      },
      put: async (item, replaces, timeoutMs) => {
        if (item.id.S.startsWith('used#')) return this.#put(item, replaces, notBeforeOf(item));
        const isMark = !('caller' in item);
        const compared = this.#mutant === 'condition on now' && !isMark ? now() : notBeforeOf(item);
        return this.#simulation.call<Answer<'put'>>({
          process,
          name: `${name}: put ${isMark ? shortened(item.id.S) : 'a decision'}`,
          timeoutMs,
          apply: () => this.#put(item, replaces, compared),
          failure: failed,
        });
      },
    };
  }

  /** Adds an item that exists from the start. */
  add(item: TableItem): void {
    this.#items.set(item.id.S, item);
  }

  #put(item: TableItem, replaces: Replaces, compared: number): Answer<'put'> {
    const id = item.id.S;
    const old = this.#items.get(id);
    const isDecision = 'caller' in item;
    const isFree =
      old === undefined ||
      replaces === 'anything' ||
      notBeforeOf(old) < compared ||
      (replaces === 'older_or_decision' && 'caller' in old) ||
      (this.#mutant === 'no condition' && isDecision) ||
      (this.#mutant === 'ignores a newer decision' && isDecision && 'caller' in old);
    if (!isFree) return fail({ kind: 'condition_failed' });
    this.#before.set(id, { item: old, until: this.#simulation.now + lagMs });
    if (this.#mutant === 'a mark deletes' && id.startsWith('decision#') && !isDecision) this.#items.delete(id);
    else this.#items.set(id, item);
    return ok(undefined);
  }

  #stale<T>(ids: readonly string[], answer: (read: Read) => T) {
    const isOld = (id: string) => (this.#before.get(id)?.until ?? 0) >= this.#simulation.now;
    if (!ids.some(isOld)) return [];
    const read = (id: string) => (isOld(id) ? this.#before.get(id)?.item : this.#items.get(id));
    return [{ name: 'on what was there before', apply: () => answer(read) }];
  }
}

function notBeforeOf(item: Item): number {
  return Number(numberOf(item, 'notBefore'));
}

function numberOf(item: Item, name: string): string | undefined {
  const attribute = item[name];
  return attribute && 'N' in attribute ? attribute.N : undefined;
}

function shortened(id: string): string {
  return id.slice(0, 24);
}
