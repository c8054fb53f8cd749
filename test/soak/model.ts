import type { Random } from './random.ts';

/**
 * How long after `activeUntil` the old key of an overlap may still be accepted. The local schedule fires on time and makes
 * three attempts, 1 s and 2 s apart. Under a fault each attempt may wait for the deadline of 2.5 s, in a cold function.
 */
const overlapSlackMs = 15_000;

/** Expiry is wall-clock time, and two processes may read the clock a little apart. */
const clockSlackMs = 50;

/** How many ended keys are remembered and tried again: limited, so that the model does not grow. */
const maxEnded = 100;

/** The known state of one key. Times are ms since the epoch; Infinity is never. */
export interface KnownKey {
  readonly keyId: string;
  readonly key: string;
  /** The possible descriptions: more than one only while the outcome of a change is unknown. */
  descriptions: string[];
  /** Before this time a refusal is wrong. At this time somebody asked to end the key, or it expires. */
  mayEndAt: number;
  /** A request that is sent later must be refused: the end was answered, or the key has expired. */
  mustEndAt: number;
}

/** The keys of a run, as the clients know them. */
export class Model {
  readonly #active = new Map<string, KnownKey>();
  #ended: KnownKey[] = [];

  /** Adds a key whose creation was answered. */
  add({ key, keyId, description = '', expiresAt }: NewlyMade): KnownKey {
    const expiry = expiresAt === undefined ? Infinity : Date.parse(expiresAt);
    const known: KnownKey = {
      keyId,
      key,
      descriptions: [description],
      mayEndAt: expiry - clockSlackMs,
      mustEndAt: expiry + clockSlackMs,
    };
    this.#active.set(keyId, known);
    return known;
  }

  /** All keys that are not known to have ended; some of them may have. */
  get active(): KnownKey[] {
    for (const key of this.#active.values()) if (key.mustEndAt < Date.now()) this.#bury(key);
    return [...this.#active.values()];
  }

  /** A key to try, active or not. */
  pick(random: Random): KnownKey | undefined {
    return random.pick(random.next() < 0.3 ? this.#ended : this.active);
  }

  /** A key that ended lately. */
  ended(keyId: string): KnownKey | undefined {
    return this.#ended.find((key) => key.keyId === keyId);
  }

  #bury(key: KnownKey): void {
    this.#active.delete(key.keyId);
    this.#ended.push(key);
    if (this.#ended.length > maxEnded) this.#ended = this.#ended.slice(-maxEnded);
  }
}

/** A key as the API answers with it. */
export interface NewlyMade {
  readonly key: string;
  readonly keyId: string;
  readonly description?: string;
  readonly expiresAt?: string;
}

/** When a request was sent and answered. */
export interface Times {
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** Call it before the request that ends a key is sent. */
export function mayEndFromNow(key: KnownKey): void {
  mayEndBy(key, Date.now());
}

/** From `at` on a refusal is not wrong. */
export function mayEndBy(key: KnownKey, at: number): void {
  key.mayEndAt = Math.min(key.mayEndAt, at);
}

/** The earliest time at which a key can end if its rotation is requested now, whatever the answer. */
export function overlapMayEndBy(overlapSeconds: number): number {
  return Date.now() + overlapSeconds * 1000 - (overlapSeconds === 0 ? 0 : clockSlackMs);
}

/** Call it after an answer that the key has ended. */
export function hasEnded(key: KnownKey): void {
  mayEndFromNow(key);
  key.mustEndAt = Math.min(key.mustEndAt, Date.now());
}

/** Call it after a rotation answered with the end of the old key. `goodUntil` is the earliest end by other causes. */
export function endsWithOverlap(key: KnownKey, activeUntil: string, goodUntil: number): void {
  const at = Date.parse(activeUntil);
  key.mayEndAt = Math.min(goodUntil, at - clockSlackMs);
  key.mustEndAt = Math.min(key.mustEndAt, at + overlapSlackMs);
}

/** Call it when the schedule has failed for good: somebody must end the key by hand. */
export function endsByHand(key: KnownKey): void {
  key.mustEndAt = Date.now() + overlapSlackMs;
}

/** Whether it was right to accept or refuse the key. */
export function judge(
  key: Pick<KnownKey, 'mayEndAt' | 'mustEndAt'>,
  { sentAt, answeredAt, accepted }: Times & { readonly accepted: boolean },
): 'right' | 'wrongAllow' | 'wrongDeny' {
  if (accepted) return sentAt > key.mustEndAt ? 'wrongAllow' : 'right';
  return answeredAt < key.mayEndAt ? 'wrongDeny' : 'right';
}
