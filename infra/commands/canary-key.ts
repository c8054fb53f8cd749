import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { canaryKeyName } from '../../shared/deployment.ts';
import { parameterPath } from '../names.ts';
import { awsFailure } from './aws-failure.ts';
import { CommandFailure, exitCodes } from './exit-codes.ts';
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
export async function createCanaryKey({ send }: OperatorClient, stage: string | undefined): Promise<CanaryKey> {
  const name = stageOf(stage);
  const Name = `${parameterPath(name)}/${canaryKeyName}`;
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
