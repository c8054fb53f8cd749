import type { Actor } from './actor.ts';

/** Who asked for something, and by which request. */
export interface Initiator {
  readonly actor: Actor;
  /** API Gateway's, which is in every log and answer. */
  readonly requestId: string;
}
