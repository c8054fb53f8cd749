// Why no decision from before a change is used after it: a mark keeps the key's decisions out for 60 s, and Scalekit answers long
// before that. A test adds up the limits.

/** How far a mark's `notBefore` lies in the future: no decision that began before it counts. */
export const markAheadMs = 60_000;

/** The longest time that the first mark of a change takes. */
export const markMs = 1_000;

/** How far a clock may be off. A decision from further in the future is not used. */
export const clockErrorMs = 5_000;

/** How long before a mark's `notBefore` Scalekit must have answered: two clocks may be off, in different directions. */
export const settledBeforeMs = 2 * clockErrorMs;

/** How long an environment may reuse items, counted from when it began to read them. */
export const rereadMs = 50;

/** How old a mark must be before its change is answered. By then no environment uses items that it read before the mark. */
export const markAgeMs = 60;

/** The longest time that all reads of one request take. */
export const readMs = 300;

/** The longest time that all writes after a validation take. */
export const rememberMs = 300;

/** The longest time that a request waits for the record of its key's use. */
export const useMs = 50;

/** The longest time that reading the records of uses takes. */
export const readUsesMs = 100;
