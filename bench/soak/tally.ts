import { Console } from 'node:console';

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

  wrong(what: 'wrongAllows' | 'wrongDenies' | 'lostKeys', told: string): void {
    this[what]++;
    console.error(`${new Date().toISOString()} ${what}: ${told}`);
    if (this.wrongAllows + this.wrongDenies + this.lostKeys >= maxWrong) throw new Error('too much is wrong to go on');
  }

  /** Prints what the result has no room for. */
  print(): void {
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
