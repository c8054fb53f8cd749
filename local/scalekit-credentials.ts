import type { ParameterStore } from './aws/ssm.ts';
import type { ScalekitEnvironment } from './options.ts';

/** Stores the credentials of a Scalekit under a path, as `npm run secrets` does on AWS. */
export function storeCredentials(parameters: ParameterStore, path: string, scalekit: ScalekitEnvironment): void {
  parameters.put(`${path}/environment-url`, scalekit.environmentUrl);
  parameters.put(`${path}/client-id`, scalekit.clientId);
  parameters.put(`${path}/client-secret`, scalekit.clientSecret);
}
