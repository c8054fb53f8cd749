import type { CachedCaller } from '../../../shared/decision-cache/cached-caller.ts';
import { theKey } from './scenario.ts';
import type { Process, Simulation } from './simulation.ts';

/** The longest that a call is waited for. */
const callMs = 4_000;

/** Scalekit, as far as one key goes. */
export class SimulatedScalekit {
  isUp = true;
  isEnded = false;
  /** When a key that was marked before was ended. */
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

  /** Ends the key. `lapses`: never after the call's time is up. */
  end(process: Process, isMarked: boolean, lapses: boolean): Promise<boolean> {
    const apply = () => {
      if (isMarked) this.markedEndAt ??= this.#simulation.now;
      this.isEnded = true;
      return true;
    };
    return this.#change(process, 'ends the key', lapses, apply);
  }

  /** Gives the key one claim more; `false` where it is ended. */
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
