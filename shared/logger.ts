import { Logger } from '@aws-lambda-powertools/logger';

/** The logger of this function. Name its fields one by one: an event or an SDK error as a whole could hold a key. */
export const logger = new Logger();

/**
 * What may be logged of an error that came from outside: its kind, never its message, which could quote what was sent.
 */
export function causeOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error };
  const { code, syscall, hostname, address } = error as Error & Readonly<Record<string, unknown>>;
  const host = hostname ?? address;
  return {
    error: error.name,
    ...(code === undefined ? {} : { code }),
    ...(syscall === undefined ? {} : { syscall }),
    ...(host === undefined ? {} : { host }),
    ...(error.cause === undefined ? {} : { cause: causeOf(error.cause) }),
  };
}
