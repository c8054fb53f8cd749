import type { Throttle } from './template/model.ts';

/** Token buckets by name: full at first, then refilled at their rate. */
export class TokenBuckets<Name> {
  readonly #buckets = new Map<Name, { tokens: number; refilledAt: number }>();

  /** Reports whether a token is left. */
  hasToken(name: Name, limit: Throttle): boolean {
    return this.#refilled(name, limit).tokens >= 1;
  }

  take(name: Name, limit: Throttle): void {
    this.#refilled(name, limit).tokens--;
  }

  #refilled(name: Name, { ratePerSecond, burst }: Throttle): { tokens: number } {
    const now = Date.now();
    const bucket = this.#buckets.get(name) ?? { tokens: burst, refilledAt: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.refilledAt) / 1_000) * ratePerSecond);
    bucket.refilledAt = now;
    this.#buckets.set(name, bucket);
    return bucket;
  }
}
