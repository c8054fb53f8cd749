import { sendAws } from './aws-request.ts';

/**
 * Reads SecureStrings by their names, in one call. Rejects with a {@link SecretsError} when SSM cannot be read, or when one of
 * them does not exist; `storedBy` is the command that stores them.
 */
export async function readSecureStrings(
  names: readonly string[],
  storedBy: string,
  timeoutMs: number,
): Promise<Record<string, string>> {
  const answer = await sendAws('ssm', {
    method: 'POST',
    path: '/',
    headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': 'AmazonSSM.GetParameters' },
    body: JSON.stringify({ Names: names, WithDecryption: true }),
    timeoutMs,
  });
  if (answer.status !== 200) throw new SecretsError(`SSM answered ${answer.status} ${errorType(answer.body)}`);
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

function errorType(body: string): string {
  return /"__type"\s*:\s*"([\w.#]+)"/.exec(body)?.[1] ?? '';
}
