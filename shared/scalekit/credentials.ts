import { backoff } from './backoff.ts';
import { paced } from './paced.ts';

/** The three values that a client of Scalekit needs. */
export interface ScalekitCredentials {
  readonly environmentUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The source of the credentials. */
export interface Secrets {
  /**
   * The credentials as last read; the first call reads them. Rejects if SSM cannot be read, or if its values are missing or not
   * valid.
   */
  current(): Promise<ScalekitCredentials>;
  /**
   * Credentials other than those whose grant `failed`; `undefined` if SSM has no others, cannot be read, or was read too
   * recently. Never rejects: the failed grant is the cause to report.
   */
  otherThan(failed: ScalekitCredentials): Promise<ScalekitCredentials | undefined>;
  /** Reports that a grant succeeded, so that the next failure reads SSM at once. */
  worked(): void;
}

/** Holds the last result of `read`. A failed read never replaces it. At most one read runs at a time. */
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
