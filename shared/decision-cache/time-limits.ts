// Why a decision from before a change is not used after it: a mark keeps the key's decisions out for 60 s, and Scalekit
// has answered long before that. A test adds up the limits.

/** How far ahead a mark lies: no decision that began before then counts. */
export const markAheadMs = 60_000;

/** The longest that the first mark of a change takes. */
export const markMs = 1_000;

/** How far a clock may be off. A decision that seems to come from further in the future is not used. */
export const clockErrorMs = 5_000;

/** How long before a mark's end Scalekit must have answered: two clocks may be off, in different directions. */
export const settledBeforeMs = 2 * clockErrorMs;

/** For how long an environment uses again what it began to read. */
export const rereadMs = 50;

/** How old a mark must be before its change is answered: no environment uses any more what it read before the mark. */
export const markAgeMs = 60;

/** The longest that all reads of one request take. */
export const readMs = 300;

/** The longest that all writes after a validation take. */
export const rememberMs = 300;

/** The longest that a request waits for the note of its key's use. */
export const useMs = 50;

/** The longest that the notes of uses are read. */
export const readUsesMs = 100;
