/** What was in tables a moment ago, for reads that do not ask for consistency. */
export class Lag {
  readonly #before = new Map<string, { readonly item: unknown; readonly writtenAt: number }>();

  /** Notes what a write takes the place of. */
  note(tableName: string, key: object, item: unknown, lagMs: number): void {
    const name = nameOf(tableName, key);
    const noted = this.#before.get(name);
    if (noted && noted.writtenAt + lagMs > Date.now()) return;
    this.#before.set(name, { item, writtenAt: Date.now() });
  }

  /** Gives what was there before it was written within the lag; else the item as it is. */
  seen(tableName: string, key: object, item: unknown, lagMs: number): unknown {
    const noted = this.#before.get(nameOf(tableName, key));
    return noted && noted.writtenAt + lagMs > Date.now() ? noted.item : item;
  }
}

function nameOf(tableName: string, key: object): string {
  return JSON.stringify([tableName, Object.entries(key).toSorted(([one], [other]) => (one < other ? -1 : 1))]);
}
