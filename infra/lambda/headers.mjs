// Replaces the global Headers in the bundles, where connect uses it for gRPC metadata. The first use of the global class loads
// all of Node's fetch, which costs a cold start about 10 ms. This class has only what connect needs.
export class Headers {
  /** @type {Map<string, string>} */
  #fields = new Map();

  /** @param {Iterable<[string, string]> | Record<string, string>} [init] */
  constructor(init = {}) {
    const fields = Symbol.iterator in init ? init : Object.entries(init);
    for (const [name, value] of fields) this.append(name, value);
  }

  /** @param {string} name @param {string} value */
  append(name, value) {
    const known = this.get(name);
    this.set(name, known === null ? value : `${known}, ${value}`);
  }

  /** @param {string} name */
  delete(name) {
    this.#fields.delete(name.toLowerCase());
  }

  /** @param {string} name @returns {string | null} */
  get(name) {
    return this.#fields.get(name.toLowerCase()) ?? null;
  }

  /** @param {string} name */
  has(name) {
    return this.#fields.has(name.toLowerCase());
  }

  /** @param {string} name @param {string} value */
  set(name, value) {
    this.#fields.set(name.toLowerCase(), String(value));
  }

  /** @param {(value: string, name: string, headers: Headers) => void} visit */
  forEach(visit) {
    for (const [name, value] of this) visit(value, name, this);
  }

  entries() {
    return [...this.#fields].sort(([one], [other]) => (one < other ? -1 : 1)).values();
  }

  [Symbol.iterator]() {
    return this.entries();
  }
}
