/** So many outages in a row open the breaker. */
const outagesToOpen = 3;

/** How long it stays open; then one call may probe. Short, so that a healed Scalekit is noticed soon. */
const openMs = 1_000;

/** The longest that a rate limit keeps it open, whatever Scalekit asks for. */
const longestLimitMs = 30_000;

/** Spares callers the wait, and Scalekit the load, while every call fails anyway. */
export interface Breaker {
  /** Tells whether a call may be made now, as far as outages go; while open for them, only one a second may. */
  allows(): boolean;
  /** Notes how a call ended. */
  record(outcome: 'answered' | 'outage'): void;
  /** Notes that Scalekit limits us, and for how long it asks us to wait. */
  limit(askedMs: number): void;
  /** For how long a rate limit keeps it open from now on (ms); 0 where none does. */
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
      // Many environments are limited at one time, and chance keeps them apart when they come back.
      const pauseMs = Math.min(longestLimitMs, askedMs * (1 + Math.random() / 4));
      limitedUntil = Math.max(limitedUntil, now() + pauseMs);
    },
    limitedMs: () => Math.max(0, limitedUntil - now()),
  };
}
