import type { CachedCaller } from '../../../shared/decision-cache/cached-caller.ts';
import { theKey } from './scenario.ts';
import type { Process, Simulation } from './simulation.ts';

/** The deadline of a call. */
const callMs = 4_000;

/** Scalekit with a single key. */
export class SimulatedScalekit {
  isUp = true;
  isEnded = false;
  /** The time at which the key was ended, if it was marked before. */
  markedEndAt: number | undefined;
  readonly #simulation: Simulation;
  readonly #narrowed = new Set<number>();

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  validate(process: Process): Promise<CachedCaller | 'refused' | 'outage'> {
    return this.#simulation.call<CachedCaller | 'refused' | 'outage'>({
      process,
      name: `${process.name}: Scalekit validates`,
      timeoutMs: callMs,
      apply: () => {
        if (!this.isUp) return 'outage';
        if (this.isEnded) return 'refused';
        const claims = [...this.#narrowed].map((index) => [`narrow${index}`, 'yes']);
        return { ...theKey, customClaims: Object.fromEntries(claims) };
      },
      failure: 'outage',
    });
  }

  /** Ends the key. `lapses`: never after the call's deadline. */
  end(process: Process, isMarked: boolean, lapses: boolean): Promise<boolean> {
    const apply = () => {
      if (isMarked) this.markedEndAt ??= this.#simulation.now;
      this.isEnded = true;
      return true;
    };
    return this.#change(process, 'ends the key', lapses, apply);
  }

  /** Gives the key one more claim; `false` if the key has ended. */
  narrow(process: Process, index: number, lapses: boolean): Promise<boolean> {
    const apply = () => {
      if (!this.isEnded) this.#narrowed.add(index);
      return !this.isEnded;
    };
    return this.#change(process, 'narrows the key', lapses, apply);
  }

  #change(process: Process, what: string, lapses: boolean, apply: () => boolean): Promise<boolean> {
    const name = `${process.name}: Scalekit ${what}`;
    return this.#simulation.call({ process, name, timeoutMs: callMs, apply, failure: false, lapses });
  }
}
