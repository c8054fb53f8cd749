/** So many outages in a row open the breaker. */
const outagesToOpen = 3;

/** How long it stays open; then one call may probe. Short, so that a healed Scalekit is noticed soon. */
const openMs = 1_000;

/** Spares callers the wait, and Scalekit the load, while every call fails anyway. */
export interface Breaker {
  /** Tells whether a call may be made now; while open, only one a second may. */
  allows(): boolean;
  /** Notes how a call ended. */
  record(outcome: 'answered' | 'outage'): void;
}

/** Makes a closed breaker; `now` is the clock, in ms. */
export function breaker(now: () => number = Date.now): Breaker {
  let outages = 0;
  let openUntil = 0;
  return {
    allows() {
      if (outages < outagesToOpen) return true;
      if (now() < openUntil) return false;
      openUntil = now() + openMs; // this call is the probe
      return true;
    },
    record(outcome) {
      if (outcome === 'answered') {
        outages = 0;
        return;
      }
      outages++;
      openUntil = now() + openMs;
    },
  };
}
