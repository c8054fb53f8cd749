/** A map of a bounded size. The entries that were set first are removed first. */
export interface Memory<T> {
  get(name: string): T | undefined;
  set(name: string, value: T): void;
}

/** Makes an empty memory. */
export function memory<T>(maxEntries: number): Memory<T> {
  const entries = new Map<string, T>();
  return {
    get: (name) => entries.get(name),
    set(name, value) {
      entries.delete(name); // so that it moves to the end
      entries.set(name, value);
      const [oldest] = entries.keys();
      if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
    },
  };
}
