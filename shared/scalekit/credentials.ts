import { backoff } from './backoff.ts';
import { paced } from './paced.ts';

/** The three values that make a client of Scalekit. */
export interface ScalekitCredentials {
  readonly environmentUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Where the credentials come from. */
export interface Secrets {
  /** The credentials as last read; reads them the first time. Rejects when SSM cannot be read or has none that are possible. */
  current(): Promise<ScalekitCredentials>;
  /**
   * Other credentials than those whose grant `failed`; `undefined` where SSM has no others, cannot be read, or was read too
   * short a time ago. Never rejects: the failed grant is the cause to report.
   */
  otherThan(failed: ScalekitCredentials): Promise<ScalekitCredentials | undefined>;
  /** A grant succeeded, so that the next failure reads SSM at once. */
  worked(): void;
}

/** Holds what `read` gave last: a read that fails never replaces it. At most one read is under way. */
export function heldSecrets(read: () => Promise<ScalekitCredentials>, now: () => number = Date.now): Secrets {
  let known: ScalekitCredentials | undefined;
  let rereading: Promise<ScalekitCredentials> | undefined;
  const pace = backoff(now);
  const readOnce = paced(
    async () => {
      known = await read();
      return known;
    },
    0,
    () => false,
  );
  return {
    current: async () => known ?? readOnce(),
    async otherThan(failed) {
      if (known && !isSame(known, failed)) return known;
      if (!rereading && pace.allows()) {
        rereading = readOnce().finally(() => {
          rereading = undefined;
        });
      }
      const read = await rereading?.catch(() => undefined);
      return read && !isSame(read, failed) ? read : undefined;
    },
    worked: () => pace.reset(),
  };
}

function isSame(one: ScalekitCredentials, other: ScalekitCredentials): boolean {
  return (
    one.environmentUrl === other.environmentUrl &&
    one.clientId === other.clientId &&
    one.clientSecret === other.clientSecret
  );
}
