/** A possible next event. */
export interface Step {
  /** The process that makes the step. */
  readonly by?: string;
  readonly name: string;
  readonly run: () => void;
}

/** A running call or wait. */
interface Pending {
  readonly process: Process;
  readonly isWait: boolean;
  readonly steps: () => Step[];
}

/** A running function. When it dies, its pending calls stay unanswered. */
export interface Process {
  readonly name: string;
  isDead: boolean;
}

interface Way<T> {
  readonly name: string;
  readonly apply: () => T;
}

interface CallOptions<T> {
  readonly process: Process;
  readonly name: string;
  readonly timeoutMs: number;
  readonly apply: () => T;
  readonly failure: T;
  /** Other ways in which the other side may carry out the call. */
  readonly alternatives?: (() => readonly Way<T>[]) | undefined;
  /** Whether the other side never carries out the call after its deadline. */
  readonly lapses?: boolean | undefined;
}

/** Chooses a whole number from 0 to below `limit`. */
export type Choose = (limit: number) => number;

/** Longer orders rarely find more. */
const maxSteps = 60;

/** How much time may pass, in ms: within an environment's memory, beyond it, a time limit, a mark. */
const advances = [20, 70, 1_000, 20_000, 62_000];

/** A world lasts for six marks. */
const startsAt = 1_900_000_000_000;
const endsAt = startsAt + 400_000;

/**
 * Processes on a simulated clock. `choose` decides in which order their calls are carried out and answered. A process is
 * frozen until its answer is chosen.
 */
export class Simulation {
  now = startsAt;
  readonly trace: string[] = [];
  /** How many calls may still fail, be lost or end with their process. */
  faults: number;
  readonly #pending = new Set<Pending>();

  constructor(faults: number) {
    this.faults = faults;
  }

  /** Makes a call to the outside world. It takes until its answer is chosen. */
  call<T>(options: CallOptions<T>): Promise<T> {
    return new Promise((resolve) => {
      const call = new Call(this, options, resolve, () => this.#pending.delete(call));
      this.#pending.add(call);
    });
  }

  /** Waits by the simulated clock. */
  wait(process: Process, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const due = this.now + ms;
      const wake = () => {
        this.#pending.delete(wait);
        resolve();
      };
      const wakes = { by: process.name, name: `${process.name} wakes`, run: wake };
      const wait: Pending = { process, isWait: true, steps: () => (this.now >= due ? [wakes] : []) };
      this.#pending.add(wait);
    });
  }

  /** Ends a process. Its pending calls may still be carried out. */
  kill(process: Process): void {
    process.isDead = true;
    for (const pending of this.#pending)
      if (pending.process === process && pending.isWait) this.#pending.delete(pending);
  }

  /** Runs up to `maxSteps` steps, or until no step is possible. `more` are the steps that no pending call offers. */
  async run(choose: Choose, more: () => Step[], isOver: () => boolean): Promise<void> {
    // In half of all orders the process of the last step usually continues. Otherwise long operations would hardly ever finish.
    const isDogged = choose(2) === 1;
    let last: Step | undefined;
    for (let count = 0; count < maxSteps; count++) {
      const all = [...more(), ...[...this.#pending].flatMap((pending) => pending.steps())];
      const further = all.filter(({ by }) => by !== undefined && by === last?.by);
      const isFurther = isDogged && further.length > 0 && choose(2) === 1;
      const steps = isFurther ? further : [...all, ...this.#timePasses(choose)];
      last = steps[choose(steps.length)];
      if (!last || isOver()) return;
      this.trace.push(`${((this.now - startsAt) / 1000).toFixed(2)} s: ${last.name}`);
      last.run();
      await new Promise(setImmediate);
    }
  }

  #timePasses(choose: Choose): Step[] {
    const possible = advances.filter((ms) => this.now + ms <= endsAt);
    const ms = possible[choose(possible.length)];
    if (ms === undefined) return [];
    const pass = () => {
      this.now += ms;
    };
    return [{ name: `${ms} ms pass`, run: pass }];
  }
}

class Call<T> implements Pending {
  readonly isWait = false;
  readonly #simulation: Simulation;
  readonly #options: CallOptions<T>;
  readonly #resolve: (value: T) => void;
  readonly #isOver: () => void;
  readonly #deadline: number;
  #applied: { readonly value: T } | undefined;
  #isAnswered = false;

  constructor(simulation: Simulation, options: CallOptions<T>, resolve: (value: T) => void, isOver: () => void) {
    this.#simulation = simulation;
    this.#options = options;
    this.#resolve = resolve;
    this.#isOver = isOver;
    this.#deadline = simulation.now + options.timeoutMs;
  }

  get process(): Process {
    return this.#options.process;
  }

  steps(): Step[] {
    const { name, failure, lapses = false } = this.#options;
    const applied = this.#applied;
    const by = this.process.name;
    const isAwaited = !this.#isAnswered && !this.process.isDead;
    if (applied) return isAwaited ? [{ by, name: `${name} is answered`, run: () => this.#answer(applied.value) }] : [];
    const isLate = this.#simulation.now >= this.#deadline;
    const steps = lapses && isLate ? [] : this.#carryingOut(isAwaited);
    if (!isAwaited) return steps;
    // Unless the call lapses, it may still be carried out later.
    if (isLate) steps.push({ by, name: `${name} times out`, run: () => this.#answer(failure) });
    return this.#simulation.faults > 0 ? [...steps, ...this.#faults()] : steps;
  }

  #carryingOut(isAwaited: boolean): Step[] {
    const { name, apply, alternatives = () => [] } = this.#options;
    return [{ name: '', apply }, ...alternatives()].flatMap((way) => {
      const label = way.name === '' ? `${name} is done` : `${name} is done ${way.name}`;
      const now = () => this.#answer(this.#apply(way));
      const by = this.process.name;
      const later = { by, name: `${label}, not answered yet`, run: () => void this.#apply(way) };
      return isAwaited ? [{ by, name: label, run: now }, later] : [later];
    });
  }

  #faults(): Step[] {
    const { name, apply, failure } = this.#options;
    const fault = (what: string, run: () => void): Step => ({
      name: `${name} ${what}`,
      run: () => {
        this.#simulation.faults--;
        run();
        this.#answer(failure);
        this.#isOver();
      },
    });
    return [fault('FAILS', () => {}), fault('is done, its answer LOST', () => void apply())];
  }

  #apply(way: Way<T>): T {
    const value = way.apply();
    this.#applied = { value };
    if (this.#isAnswered || this.process.isDead) this.#isOver();
    return value;
  }

  #answer(value: T): void {
    this.#isAnswered = true;
    if (this.#applied || this.#options.lapses) this.#isOver();
    if (!this.process.isDead) this.#resolve(value);
  }
}
