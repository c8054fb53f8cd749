import type fc from 'fast-check';
import type { Exchange, RawMessage } from './raw-client.ts';
import type { HostileTarget } from './target.ts';

/** Says what is wrong with what came back; `undefined` when nothing is. */
export type Judge = (exchange: Exchange, target: HostileTarget) => string | undefined | Promise<string | undefined>;

/** One connection's worth of hostility. */
export interface Attempt extends RawMessage {
  readonly judge: Judge;
}

/** One kind of attack, generated. */
export type Family = (target: HostileTarget) => fc.Arbitrary<Attempt>;
