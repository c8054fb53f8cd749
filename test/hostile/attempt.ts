import type fc from 'fast-check';
import type { Exchange, RawMessage } from './raw-client.ts';
import type { HostileTarget } from './target.ts';

/** Returns the fault in the answers, or `undefined` if there is none. */
export type Judge = (exchange: Exchange, target: HostileTarget) => string | undefined | Promise<string | undefined>;

/** A hostile message for one connection. */
export interface Attempt extends RawMessage {
  readonly judge: Judge;
}

/** A generator of one kind of attack. */
export type Family = (target: HostileTarget) => fc.Arbitrary<Attempt>;
