import { decisionMarks, type Mark, type Marks } from '../../../shared/decision-cache/marks.ts';
import { type Change, type Scenario, theKey } from './scenario.ts';
import type { SimulatedScalekit } from './simulated-scalekit.ts';
import type { SimulatedTable } from './simulated-table.ts';
import type { Process, Simulation, Step } from './simulation.ts';

/** The timeout of a function, with some time to start. */
const operationMs = 22_000;

interface Services {
  readonly simulation: Simulation;
  readonly table: SimulatedTable;
  readonly scalekit: SimulatedScalekit;
}

/** A client that requests one change until it succeeds, and the function that makes the change. */
export class Changer {
  isAnswered = false;
  readonly change: Change;
  readonly #index: number;
  readonly #offsetMs: number;
  readonly #scenario: Scenario;
  readonly #services: Services;
  #attempts: number;
  #running: { readonly process: Process; readonly startedAt: number } | undefined;

  constructor(change: Change, index: number, offsetMs: number, scenario: Scenario, services: Services) {
    this.change = change;
    this.#index = index;
    this.#offsetMs = offsetMs;
    this.#scenario = scenario;
    this.#services = services;
    this.#attempts = scenario.attempts;
  }

  steps(): Step[] {
    const { simulation } = this.#services;
    const name = `changer ${this.#index}`;
    const running = this.#running;
    if (!running) {
      if (this.isAnswered || this.#attempts === 0) return [];
      return [{ by: name, name: `${name} is asked for the ${this.change}`, run: () => void this.#run(name) }];
    }
    const die = () => {
      simulation.kill(running.process);
      this.#running = undefined;
    };
    const crash = () => {
      simulation.faults--;
      die();
    };
    if (this.#scenario.hasTimeLimit && simulation.now - running.startedAt > operationMs) die();
    return this.#running && simulation.faults > 0 ? [{ name: `${name} CRASHES`, run: crash }] : [];
  }

  async #run(name: string): Promise<void> {
    const { simulation } = this.#services;
    const process: Process = { name, isDead: false };
    this.#attempts--;
    this.#running = { process, startedAt: simulation.now };
    this.isAnswered = await this.#attempt(process);
    this.#running = undefined;
    simulation.trace.push(`  ${name} answers ${this.isAnswered ? 'success' : 'a failure'}`);
  }

  /** The steps of an operation that ends or changes a key. */
  async #attempt(process: Process): Promise<boolean> {
    const { mutant } = this.#scenario;
    const { simulation, table, scalekit } = this.#services;
    const now = () => simulation.now + this.#offsetMs;
    const wait = async (ms: number) => (mutant === 'no wait' ? undefined : simulation.wait(process, ms));
    const marks = decisionMarks({ table: table.of(process, now), now, wait });
    const isActive = !scalekit.isEnded;
    if (!isActive && this.change === 'narrow') return false;
    if (!isActive && mutant === 'not marked where not found') return true;
    const first = mutant === 'mark after Scalekit' ? undefined : await this.#mark(marks);
    if (this.change === 'narrow' && first && !first.written.ok) return false;
    if (isActive && !(await this.#askScalekit(process, first))) return false;
    const mark = first ?? (await this.#mark(marks));
    if (mutant === 'no second mark' && mark.written.ok) return true;
    const settled = await marks.settle(mark, now() + 3_000);
    return settled.ok;
  }

  #askScalekit(process: Process, mark: Mark | undefined): Promise<boolean> {
    const { scalekit } = this.#services;
    const { hasTimeLimit = false } = this.#scenario;
    if (this.change === 'narrow') return scalekit.narrow(process, this.#index, hasTimeLimit);
    return scalekit.end(process, mark === undefined || mark.written.ok, hasTimeLimit);
  }

  #mark(marks: Marks): Promise<Mark> {
    const { keyId, organizationId, userId } = theKey;
    return this.change === 'end of the user' ? marks.markEnded(organizationId, userId) : marks.mark(keyId);
  }
}
