import { readSecureStrings, SecretsError } from '../aws/secure-strings.ts';
import { parameterNames, readCredential, readServiceUrl } from '../deployment.ts';
import { millisecondsFromEnvironment, requireEnvironment } from '../environment.ts';
import { heldSecrets, type ScalekitCredentials, type Secrets } from './credentials.ts';

/** The secrets below the path that the function's environment names: `SCALEKIT_PARAMETER_PATH`, `SCALEKIT_DEADLINE_MS`. */
export function secretsFromEnvironment(): Secrets {
  return ssmSecrets(requireEnvironment('SCALEKIT_PARAMETER_PATH'), millisecondsFromEnvironment('SCALEKIT_DEADLINE_MS'));
}

/** Reads the SecureStrings `PATH/environment-url`, `PATH/client-id` and `PATH/client-secret` in one call, by name. */
function ssmSecrets(path: string, timeoutMs: number): Secrets {
  return heldSecrets(() => readParameters(path, timeoutMs));
}

async function readParameters(path: string, timeoutMs: number): Promise<ScalekitCredentials> {
  const nameOf = (name: string) => `${path}/${name}`;
  const values = await readSecureStrings(Object.values(parameterNames).map(nameOf), 'npm run secrets', timeoutMs);
  const value = (name: string, parse: (text: string) => string | undefined, allowed: string): string => {
    const parsed = parse(values[nameOf(name)] ?? '');
    if (parsed !== undefined) return parsed;
    throw new SecretsError(`The SSM parameter ${nameOf(name)} is not ${allowed}; store it with: npm run secrets`);
  };
  const ascii = 'printable ASCII';
  return {
    environmentUrl: value(parameterNames.environmentUrl, readServiceUrl, 'a URL like https://acme.scalekit.com'),
    clientId: value(parameterNames.clientId, readCredential, ascii),
    clientSecret: value(parameterNames.clientSecret, readCredential, ascii),
  };
}
