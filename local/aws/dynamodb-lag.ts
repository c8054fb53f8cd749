/** The recent past of tables, for eventually consistent reads. */
export class Lag {
  readonly #before = new Map<string, { readonly item: unknown; readonly writtenAt: number }>();

  /** Notes the item that a write replaces. */
  note(tableName: string, key: object, item: unknown, lagMs: number): void {
    const name = nameOf(tableName, key);
    const noted = this.#before.get(name);
    if (noted && noted.writtenAt + lagMs > Date.now()) return;
    this.#before.set(name, { item, writtenAt: Date.now() });
  }

  /** The item before a write within the lag; otherwise the current item. */
  seen(tableName: string, key: object, item: unknown, lagMs: number): unknown {
    const noted = this.#before.get(nameOf(tableName, key));
    return noted && noted.writtenAt + lagMs > Date.now() ? noted.item : item;
  }
}

function nameOf(tableName: string, key: object): string {
  return JSON.stringify([tableName, Object.entries(key).toSorted(([one], [other]) => (one < other ? -1 : 1))]);
}
