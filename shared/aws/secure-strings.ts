import { errorTypeOf, sendAwsJson } from './aws-request.ts';
import type { HttpAnswer } from './http-request.ts';

/**
 * Reads SecureStrings by their names, in one call. Rejects with a {@link SecretsError} if SSM cannot be read, or if one of them
 * does not exist; `storedBy` is the command that stores them. While SSM throttles the call, it is repeated for up to `timeoutMs`:
 * the environments that start at the same time share SSM's 40 calls per second.
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
    const pauseMs = longestPauseMs * (0.5 + Math.random() / 2); // random, so that environments do not call together
    if (!isThrottled(answer) || Date.now() + pauseMs >= deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function isThrottled(answer: HttpAnswer): boolean {
  return answer.status !== 200 && errorTypeOf(answer).endsWith('ThrottlingException');
}

/**
 * Reports whether secrets could not be read because SSM throttled us. It does not check the class: each of the authorizer's two
 * files has its own.
 */
export function isThrottledRead(error: unknown): boolean {
  return error instanceof Error && 'isThrottled' in error && error.isThrottled === true;
}

/** The secrets could not be read. The message has the names of parameters, never their values. */
export class SecretsError extends Error {
  override readonly name = 'SecretsError';
  /** SSM throttles our calls. */
  readonly isThrottled: boolean;
  constructor(message: string, isThrottled = false) {
    super(message);
    this.isThrottled = isThrottled;
  }
}
