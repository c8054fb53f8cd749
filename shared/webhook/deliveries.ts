/** What is known of an event by its earlier deliveries. */
export interface Delivery {
  /** When it was first handled (ms since the epoch). */
  readonly firstHandledAt: number;
  /** The keys that were to be revoked. */
  readonly known: Set<string>;
  /** Of a directory's user: the user that the email address belongs to. */
  userId?: string;
  /** Of a directory's user: the page with which the search for the email address goes on. */
  page?: string | undefined;
}

const maxEvents = 1_000;

/**
 * Remembers the latest events, so that a delivery that comes again goes on where the last one stopped. An execution environment
 * that knows nothing of an event begins anew.
 */
export class Deliveries {
  readonly #events = new Map<string, Delivery>();

  /** `firstHandledAt` (ms) is known of an event that was on the work queue. */
  of(eventId: string, firstHandledAt: number = Date.now()): Delivery {
    const known = this.#events.get(eventId);
    if (known) return known;
    const delivery: Delivery = { firstHandledAt, known: new Set() };
    this.#events.set(eventId, delivery);
    const [oldest] = this.#events.keys();
    if (oldest !== undefined && this.#events.size > maxEvents) this.#events.delete(oldest);
    return delivery;
  }
}
