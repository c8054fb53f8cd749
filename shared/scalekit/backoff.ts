const firstPauseMs = 2_000;
const longestPauseMs = 60_000;

/** Spaces out repeated tries. */
export interface Backoff {
  /**
   * Reports whether to try now: the first time at once, then 2, 4, 8 … 60 s after the last try. Each pause is up to a quarter
   * shorter.
   */
  allows(): boolean;
  /** Allows the next try at once. */
  reset(): void;
}

/** Makes a backoff; `now` is the clock, in ms. Many environments fail at the same time, and random pauses keep them apart. */
export function backoff(now: () => number): Backoff {
  let tries = 0;
  let nextAt = 0;
  return {
    allows() {
      if (tries > 0 && now() < nextAt) return false;
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** tries);
      nextAt = now() + pauseMs * (1 - Math.random() / 4);
      tries++;
      return true;
    },
    reset() {
      tries = 0;
    },
  };
}
