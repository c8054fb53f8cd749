import { Console } from 'node:console';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** After so many wrong answers the run ends: clients would repeat them forever. */
const maxWrong = 100;

const stderr = new Console(process.stderr);

/** The counts of a run. Each wrong answer is printed to stderr at once; stdout is for the result. */
export class Tally {
  requests = 0;
  wrongAllows = 0;
  wrongDenies = 0;
  lostKeys = 0;
  outages = 0;
  /** Ids of requests with a wrong answer: their log lines are printed too. */
  readonly #requestIds: string[] = [];
  readonly #operations: Record<string, { requests: number; outages: number }> = {};
  /** Per kind of fault: how often it came, and the codes of the outages that it explains. */
  readonly #faults: Record<string, Record<string, number>> = {};

  request(operation: string): void {
    this.requests++;
    this.#operation(operation).requests++;
  }

  fault(kind: string): void {
    this.#countFault(kind, 'times');
  }

  /** Counts an outage that a fault explains. */
  outage(operation: string, faultKind: string, code: string): void {
    this.outages++;
    this.#operation(operation).outages++;
    this.#countFault(faultKind, code);
  }

  wrong(what: 'wrongAllows' | 'wrongDenies' | 'lostKeys', told: string, requestId?: string): void {
    this[what]++;
    if (requestId !== undefined) this.#requestIds.push(requestId);
    console.error(`${new Date().toISOString()} ${what}: ${told}`);
    if (this.wrongAllows + this.wrongDenies + this.lostKeys >= maxWrong)
      throw new Error('too many wrong answers to continue');
  }

  /** Prints the counts that the result leaves out, and the log lines of requests with a wrong answer. */
  print(logs: string): void {
    // The logs of ten minutes are large, so they are read only if there is something to find.
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
