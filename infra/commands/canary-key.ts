import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { canaryKeyName, outputNames } from '../../shared/deployment.ts';
import { parameterPath } from '../names.ts';
import { awsFailure } from './aws-failure.ts';
import { outputsOf } from './direct.ts';
import { CommandFailure, exitCodes } from './exit-codes.ts';
import type { CommonOptions } from './key-command.ts';
import type { OperatorClient } from './operator-client.ts';
import { stageOf } from './stage.ts';

/** The id of the canary's key, and the parameter that stores the plain key. */
export interface CanaryKey {
  readonly keyId: string;
  readonly storedAt: string;
}

/**
 * Creates the key of a deployment's canary and stores it as a SecureString. The plain key is never printed. The key may list
 * keys, but a claim of its own limits the list to itself. If the key cannot be stored, it is revoked.
 */
export async function createCanaryKey({ send }: OperatorClient, target: CommonOptions): Promise<CanaryKey> {
  const path = await parametersOf(target);
  const name = path.slice(path.lastIndexOf('/') + 1);
  const Name = `${path}/${canaryKeyName}`;
  const request = { description: `Canary of ${name}`, scope: 'keys:read', customClaims: { canary: name } };
  const { key, keyId } = (await send('POST', '', request)) as { readonly key: string; readonly keyId: string };
  const stored = { Name, Value: key, Type: 'SecureString', Overwrite: true } as const;
  await new SSMClient().send(new PutParameterCommand(stored)).catch(async (error: unknown) => {
    await send('DELETE', `/${keyId}`).catch(() => {
      const message = `The key ${keyId} was created, but could not be stored or revoked: revoke it.`;
      throw new CommandFailure(exitCodes.incomplete, message, { cause: error });
    });
    throw awsFailure(error, `store ${Name}`);
  });
  return { keyId, storedAt: Name };
}

/** Where the deployment has its secrets. Without the right to read its outputs, as with `--url`, the stage tells. */
async function parametersOf({ url, local, data, stage, stack }: CommonOptions): Promise<string> {
  const outputs = url === undefined ? await outputsOf({ local: local ? data : undefined, stage, stack }) : {};
  return outputs[outputNames.parameterPath] ?? parameterPath(stageOf(stage));
}
