import { Logger } from '@aws-lambda-powertools/logger';

/** The logger of this function. Log fields one by one: a whole event or SDK error could contain a key. */
export const logger = new Logger();

/** The log fields for an error from outside: its kind, but never its message, which could quote sent data. */
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
