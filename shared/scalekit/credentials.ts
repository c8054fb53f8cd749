import { readSecureStrings, SecretsError } from '../aws/secure-strings.ts';
import { isHttpUrl, parameterNames } from '../deployment.ts';
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
  const values = await readSecureStrings(Object.values(parameterNames).map(nameOf), 'npm run secrets', timeoutMs);
  const value = (name: string): string => values[nameOf(name)] ?? '';
  const environmentUrl = value(parameterNames.environmentUrl);
  if (!isHttpUrl(environmentUrl)) {
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
