import { errorTypeOf, sendAwsJson } from './aws-request.ts';
import type { HttpAnswer } from './http-request.ts';

/**
 * Reads SecureStrings by their names, in one call. Rejects with a {@link SecretsError} when SSM cannot be read, or when one of
 * them does not exist; `storedBy` is the command that stores them. While SSM throttles us the call is repeated, for `timeoutMs`
 * in all: the environments that start at one time share SSM's 40 calls a second.
 */
export async function readSecureStrings(
  names: readonly string[],
  storedBy: string,
  timeoutMs: number,
): Promise<Record<string, string>> {
  const answer = await getParameters(names, Date.now() + timeoutMs);
  if (answer.status !== 200)
    throw new SecretsError(`SSM answered ${answer.status} ${errorTypeOf(answer)}`, isThrottled(answer));
  const { Parameters = [] } = JSON.parse(answer.body) as { Parameters?: { Name: string; Value: string }[] };
  const values = Object.fromEntries(Parameters.map(({ Name, Value }) => [Name, Value]));
  const missing = names.find((name) => !values[name]);
  if (missing !== undefined)
    throw new SecretsError(`The SSM parameter ${missing} does not exist; store it with: ${storedBy}`);
  return values;
}

async function getParameters(names: readonly string[], deadline: number): Promise<HttpAnswer> {
  for (let longestPauseMs = 100; ; longestPauseMs = Math.min(1_000, 2 * longestPauseMs)) {
    const timeoutMs = Math.max(1, deadline - Date.now());
    const answer = await sendAwsJson('ssm', 'GetParameters', { Names: names, WithDecryption: true }, { timeoutMs });
    const pauseMs = longestPauseMs * (0.5 + Math.random() / 2); // chance keeps the environments apart
    if (!isThrottled(answer) || Date.now() + pauseMs >= deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function isThrottled(answer: HttpAnswer): boolean {
  return answer.status !== 200 && errorTypeOf(answer).endsWith('ThrottlingException');
}

/**
 * Tells whether SSM limited our calls, so that secrets could not be read. Not by the class: the authorizer's two files have one
 * each.
 */
export function isThrottledRead(error: unknown): boolean {
  return error instanceof Error && 'isThrottled' in error && error.isThrottled === true;
}

/** The secrets could not be read. The message names parameters, never their values. */
export class SecretsError extends Error {
  override readonly name = 'SecretsError';
  /** SSM limits our calls. */
  readonly isThrottled: boolean;
  constructor(message: string, isThrottled = false) {
    super(message);
    this.isThrottled = isThrottled;
  }
}
