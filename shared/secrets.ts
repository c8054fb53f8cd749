import { sendAws } from './aws-request.ts';
import { paced } from './paced.ts';

/** The three values that make a client of Scalekit. */
export interface ScalekitCredentials {
  readonly environmentUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Where the credentials come from. Both reject when SSM can't be read or a parameter is missing: an outage. */
export interface Secrets {
  /** The credentials as last read; reads them the first time. */
  current(): Promise<ScalekitCredentials>;
  /** Reads them again, at most once a second. */
  reread(): Promise<ScalekitCredentials>;
}

const parameterNames = {
  environmentUrl: 'environment-url',
  clientId: 'client-id',
  clientSecret: 'client-secret',
} as const;

/** Reads the SecureStrings `PATH/environment-url`, `PATH/client-id` and `PATH/client-secret` in one call, by name. */
export function ssmSecrets(path: string, timeoutMs: number): Secrets {
  let known: ScalekitCredentials | undefined;
  const read = async () => {
    known = await readParameters(path, timeoutMs);
    return known;
  };
  const reread = paced(read, 1000, () => false);
  return { current: async () => known ?? reread(), reread };
}

async function readParameters(path: string, timeoutMs: number): Promise<ScalekitCredentials> {
  const nameOf = (name: string) => `${path}/${name}`;
  const values = await readSecureStrings(Object.values(parameterNames).map(nameOf), timeoutMs);
  const value = (name: string): string => values[nameOf(name)] ?? '';
  const environmentUrl = value(parameterNames.environmentUrl);
  if (!/^https?:$/.test(URL.parse(environmentUrl)?.protocol ?? '')) {
    throw new SecretsError(
      `The SSM parameter ${path}/${parameterNames.environmentUrl} is not a URL like https://acme.scalekit.com`,
    );
  }
  return {
    environmentUrl,
    clientId: value(parameterNames.clientId),
    clientSecret: value(parameterNames.clientSecret),
  };
}

/** Reads SecureStrings by their names, in one call. Rejects when SSM can't be read or one of them does not exist. */
export async function readSecureStrings(names: readonly string[], timeoutMs: number): Promise<Record<string, string>> {
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
    throw new SecretsError(`The SSM parameter ${missing} does not exist; store it with: npm run secrets`);
  return values;
}

/** The secrets could not be read. The message names parameters, never their values. */
class SecretsError extends Error {
  override readonly name = 'SecretsError';
}

function errorType(body: string): string {
  return /"__type"\s*:\s*"([\w.#]+)"/.exec(body)?.[1] ?? '';
}
