import type { Route, Throttle } from '../template/model.ts';

/** Token buckets, one per route with a limit. */
export class Throttles {
  readonly #buckets = new Map<Route, { tokens: number; refilledAt: number }>();

  /** Takes a token for a request to a route; `true` if none was left. */
  isExceeded(route: Route): boolean {
    const { throttle } = route;
    if (!throttle) return false;
    const bucket = this.#refilled(route, throttle);
    if (bucket.tokens < 1) return true;
    bucket.tokens--;
    return false;
  }

  #refilled(route: Route, { ratePerSecond, burst }: Throttle): { tokens: number } {
    const now = Date.now();
    const bucket = this.#buckets.get(route) ?? { tokens: burst, refilledAt: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.refilledAt) / 1000) * ratePerSecond);
    bucket.refilledAt = now;
    this.#buckets.set(route, bucket);
    return bucket;
  }
}
