import { causeOf, logger } from '../logger.ts';

/** Logs a failure that has a cause. The cause is never sent. */
export function logFailure(failure: { readonly kind: string }, requestId: string): void {
  if (!('cause' in failure)) return;
  const reason = 'reason' in failure ? { reason: failure.reason } : {};
  logger.error(failure.kind, {
    requestId,
    ...reason,
    ...causeOf(failure.cause),
    ...stackOf(failure.kind, failure.cause),
  });
}

/** Only an exception of our own code is logged with its message: an error from outside could quote sent data. */
function stackOf(kind: string, cause: unknown): { stack?: string } {
  if (kind !== 'internal_error' || !(cause instanceof Error)) return {};
  return cause.stack === undefined ? {} : { stack: cause.stack };
}
