import { errorTypeOf, sendAwsJson } from './aws-request.ts';

/**
 * Reads SecureStrings by their names, in one call. Rejects with a {@link SecretsError} when SSM cannot be read, or when one of
 * them does not exist; `storedBy` is the command that stores them.
 */
export async function readSecureStrings(
  names: readonly string[],
  storedBy: string,
  timeoutMs: number,
): Promise<Record<string, string>> {
  const answer = await sendAwsJson('ssm', 'GetParameters', { Names: names, WithDecryption: true }, { timeoutMs });
  if (answer.status !== 200) throw new SecretsError(`SSM answered ${answer.status} ${errorTypeOf(answer)}`);
  const { Parameters = [] } = JSON.parse(answer.body) as { Parameters?: { Name: string; Value: string }[] };
  const values = Object.fromEntries(Parameters.map(({ Name, Value }) => [Name, Value]));
  const missing = names.find((name) => !values[name]);
  if (missing !== undefined)
    throw new SecretsError(`The SSM parameter ${missing} does not exist; store it with: ${storedBy}`);
  return values;
}

/** The secrets could not be read. The message names parameters, never their values. */
export class SecretsError extends Error {
  override readonly name = 'SecretsError';
}
