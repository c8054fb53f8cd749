import { randomBytes } from 'node:crypto';
import { type FunctionVariable, parameterNames } from '../shared/deployment.ts';
import type { ParameterStore } from './aws/ssm.ts';
import type { ScalekitEnvironment } from './scalekit/client.ts';
import type { LambdaFunction } from './template/model.ts';

/** A new secret for signing webhooks, in Scalekit's format. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(24).toString('base64')}`;
}

/** Stores the secrets in the SSM parameters that the functions' environments name. */
export function storeSecrets(
  parameters: ParameterStore,
  functions: readonly LambdaFunction[],
  scalekit: ScalekitEnvironment,
  webhookSecret: string,
): void {
  const paths = functions.flatMap(({ environment }) => variable(environment, 'SCALEKIT_PARAMETER_PATH') ?? []);
  for (const path of new Set(paths)) storeCredentials(parameters, path, scalekit);
  for (const { environment } of functions) {
    const name = variable(environment, 'WEBHOOK_SECRET_PARAMETER');
    if (name !== undefined) parameters.put(name, webhookSecret);
  }
}

/** Stores the credentials of a Scalekit under a path, as `npm run secrets` does on AWS. */
export function storeCredentials(parameters: ParameterStore, path: string, scalekit: ScalekitEnvironment): void {
  parameters.put(`${path}/${parameterNames.environmentUrl}`, scalekit.environmentUrl);
  parameters.put(`${path}/${parameterNames.clientId}`, scalekit.clientId);
  parameters.put(`${path}/${parameterNames.clientSecret}`, scalekit.clientSecret);
}

function variable(environment: Readonly<Record<string, string>>, name: FunctionVariable): string | undefined {
  return environment[name];
}
