/** The data of an event from its earlier deliveries. */
export interface Delivery {
  /** When it was first handled (ms since the epoch). */
  readonly firstHandledAt: number;
  /** The ids of the keys that earlier deliveries found to revoke. */
  readonly known: Set<string>;
  /** For a directory user: the id of the user with the email address. */
  userId?: string;
  /** For a directory user: the page where the search for the email address continues. */
  page?: string | undefined;
}

const maxEvents = 1_000;

/**
 * Remembers the latest events, so that a repeated delivery continues where the last one stopped. An execution environment that
 * does not know an event starts again.
 */
export class Deliveries {
  readonly #events = new Map<string, Delivery>();

  /** `firstHandledAt` (ms) is known for an event from the work queue. */
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
