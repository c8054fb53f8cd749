import type { Random } from './random.ts';

/**
 * How long after `activeUntil` a key of an overlap may still be accepted. Locally the schedule fires on time; it makes three
 * attempts, with 1 s and 2 s between them, and under a fault each may wait for the deadline of 2.5 s, in a function that
 * starts cold.
 */
const overlapSlackMs = 15_000;

/** Expiry is told in wall-clock time, which two readers may read a little apart. */
const clockSlackMs = 50;

/** Of keys that ended, so many are remembered and tried again: the model's own size must not be taken for the runtime's. */
const maxEnded = 100;

/** What is known of one key. Times are ms since the epoch; Infinity is never. */
export interface KnownKey {
  readonly keyId: string;
  readonly key: string;
  /** What its description may be: one, but while the outcome of a change is not known. */
  descriptions: string[];
  /** Until then a refusal is wrong: somebody asked to end it, or it expires. */
  mayEndAt: number;
  /** A request that is sent later must be refused: the end was answered, or the expiry is over. */
  mustEndAt: number;
}

/** The keys of a run, as their clients know them. */
export class Model {
  readonly #active = new Map<string, KnownKey>();
  #ended: KnownKey[] = [];

  /** Takes a key whose creation was answered. */
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

  /** What nobody has ended for sure; among them those that may have. */
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

/** When something was asked, and answered. */
export interface Times {
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** To be called before the request that ends a key is sent. */
export function mayEndFromNow(key: KnownKey): void {
  mayEndBy(key, Date.now());
}

/** From a time on a refusal is not wrong. */
export function mayEndBy(key: KnownKey, at: number): void {
  key.mayEndAt = Math.min(key.mayEndAt, at);
}

/** When a key ends at the earliest whose rotation is asked for now, whatever the answer. */
export function overlapMayEndBy(overlapSeconds: number): number {
  return Date.now() + overlapSeconds * 1000 - (overlapSeconds === 0 ? 0 : clockSlackMs);
}

/** To be called when it was answered that the key has ended. */
export function hasEnded(key: KnownKey): void {
  mayEndFromNow(key);
  key.mustEndAt = Math.min(key.mustEndAt, Date.now());
}

/** To be called when a rotation answered when the old key ends; `goodUntil` is what could end it before. */
export function endsWithOverlap(key: KnownKey, activeUntil: string, goodUntil: number): void {
  const at = Date.parse(activeUntil);
  key.mayEndAt = Math.min(goodUntil, at - clockSlackMs);
  key.mustEndAt = Math.min(key.mustEndAt, at + overlapSlackMs);
}

/** To be called when the schedule is known to have failed for good: the key is to be ended by hand. */
export function endsByHand(key: KnownKey): void {
  key.mustEndAt = Date.now() + overlapSlackMs;
}

/** Whether a key was rightly accepted, or refused. */
export function judge(
  key: Pick<KnownKey, 'mayEndAt' | 'mustEndAt'>,
  { sentAt, answeredAt, accepted }: Times & { readonly accepted: boolean },
): 'right' | 'wrongAllow' | 'wrongDeny' {
  if (accepted) return sentAt > key.mustEndAt ? 'wrongAllow' : 'right';
  return answeredAt < key.mayEndAt ? 'wrongDeny' : 'right';
}
