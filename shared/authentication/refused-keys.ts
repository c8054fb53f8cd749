import { createHash } from 'node:crypto';

/** How long a refusal is remembered. */
const memoryMs = 5_000;

/** How many are remembered, about 1 MB. The oldest are removed first. */
const maxRemembered = 10_000;

/** The keys that Scalekit recently refused in this execution environment, so that a flood of them costs one call each. */
export interface RefusedKeys {
  has(key: string): boolean;
  /** Remembers a string that is no active key. Not for a key that was denied for its address, or in an outage. */
  add(key: string): void;
}

/** Makes an empty memory, which holds hashes only; `now` is the clock, in ms. */
export function refusedKeys(now: () => number = Date.now): RefusedKeys {
  const forgottenAt = new Map<string, number>();
  return {
    has(key) {
      return forgottenAt.size > 0 && (forgottenAt.get(hashOf(key)) ?? 0) > now();
    },
    add(key) {
      const hash = hashOf(key);
      forgottenAt.delete(hash); // so that it moves to the end
      forgottenAt.set(hash, now() + memoryMs);
      for (const [oldest, until] of forgottenAt) {
        if (until > now() && forgottenAt.size <= maxRemembered) break;
        forgottenAt.delete(oldest);
      }
    },
  };
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('base64');
}
