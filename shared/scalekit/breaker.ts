/** This many outages in a row open the breaker. */
const outagesToOpen = 3;

/** How long it stays open; then one call may probe. Short, so that a recovery of Scalekit is noticed soon. */
const openMs = 1_000;

/** The longest time that a rate limit keeps it open, even if Scalekit asks for more. */
const longestLimitMs = 30_000;

/** Saves callers the wait, and Scalekit the load, while every call fails. */
export interface Breaker {
  /** Reports whether outages allow a call now. While they keep the breaker open, only one call per second may be made. */
  allows(): boolean;
  /** Records the outcome of a call. */
  record(outcome: 'answered' | 'outage'): void;
  /** Records that Scalekit limits us, and how long it asks us to wait. */
  limit(askedMs: number): void;
  /** How much longer a rate limit keeps it open (ms); 0 if none does. */
  limitedMs(): number;
}

/** Makes a closed breaker; `now` is the clock, in ms. */
export function breaker(now: () => number = Date.now): Breaker {
  let outages = 0;
  let openUntil = 0;
  let limitedUntil = 0;
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
    limit(askedMs) {
      // Many environments are limited at the same time, and random pauses keep them apart when they return.
      const pauseMs = Math.min(longestLimitMs, askedMs * (1 + Math.random() / 4));
      limitedUntil = Math.max(limitedUntil, now() + pauseMs);
    },
    limitedMs: () => Math.max(0, limitedUntil - now()),
  };
}
