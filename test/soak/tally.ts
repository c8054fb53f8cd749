import { Console } from 'node:console';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What goes wrong as often as this will not come right: clients would repeat it for ever. */
const maxWrong = 100;

const stderr = new Console(process.stderr);

/** What a run counts. Each wrong answer is told at once, on stderr; stdout is for the result. */
export class Tally {
  requests = 0;
  wrongAllows = 0;
  wrongDenies = 0;
  lostKeys = 0;
  outages = 0;
  /** Of requests that went wrong: what the logs say of them is printed too. */
  readonly #requestIds: string[] = [];
  readonly #operations: Record<string, { requests: number; outages: number }> = {};
  /** How often each came, and the codes of the outages that it explains. */
  readonly #faults: Record<string, Record<string, number>> = {};

  request(operation: string): void {
    this.requests++;
    this.#operation(operation).requests++;
  }

  fault(kind: string): void {
    this.#countFault(kind, 'times');
  }

  /** An answer that told of an outage, while a fault explains it. */
  outage(operation: string, faultKind: string, code: string): void {
    this.outages++;
    this.#operation(operation).outages++;
    this.#countFault(faultKind, code);
  }

  wrong(what: 'wrongAllows' | 'wrongDenies' | 'lostKeys', told: string, requestId?: string): void {
    this[what]++;
    if (requestId !== undefined) this.#requestIds.push(requestId);
    console.error(`${new Date().toISOString()} ${what}: ${told}`);
    if (this.wrongAllows + this.wrongDenies + this.lostKeys >= maxWrong) throw new Error('too much is wrong to go on');
  }

  /** Prints what the result has no room for, and the lines of the logs in a folder on what went wrong. */
  print(logs: string): void {
    // The logs of ten minutes are large: they are read when there is something to look for.
    for (const file of this.#requestIds.length > 0 ? readdirSync(logs) : [])
      for (const line of readFileSync(join(logs, file), 'utf8').split('\n'))
        if (this.#requestIds.some((id) => line.includes(id))) console.error(line);
    stderr.table(this.#operations);
    stderr.table(this.#faults);
  }

  #operation(name: string) {
    this.#operations[name] ??= { requests: 0, outages: 0 };
    return this.#operations[name];
  }

  #countFault(kind: string, what: string): void {
    this.#faults[kind] ??= {};
    this.#faults[kind][what] = (this.#faults[kind][what] ?? 0) + 1;
  }
}
