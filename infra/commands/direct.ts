import { randomUUID } from 'node:crypto';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { outputNames } from '../../shared/deployment.ts';
import type { Failure } from '../../shared/failure.ts';
import { awsFailure } from './aws-failure.ts';
import { describeStack } from './deployed-stack.ts';
import { CommandFailure, type ExitCode, exitCodes } from './exit-codes.ts';
import { useLocalRuntime } from './local-runtime.ts';
import type { Target } from './operator-client.ts';
import type { Revocation } from './revoke.ts';
import { stackNameOf } from './stage.ts';

/** The outputs of a deployment's stack. They hold the values of its functions' environment. */
type Outputs = Readonly<Record<string, string>>;

/** The deadline of a call to Scalekit; the functions' default. */
const deadlineMs = 2_500;

/**
 * Revokes keys without the APIs, with the operator's own permissions on the deployment's table, secrets and audit bus. Use it
 * while the APIs are down or flooded.
 */
export async function revokeDirectlyAll(target: Target, keyIds: readonly string[]): Promise<Revocation> {
  const outputs = await outputsOf(target);
  const accessKeyId = await useDeployment(outputs);
  const [{ keyServices }, { revokeDirectly }] = await Promise.all([
    import('../../shared/keys/key-services.ts'),
    import('../../shared/keys/revoke-directly.ts'),
  ]);
  const services = keyServices();
  const operator = { userArn: `access key ${accessKeyId}`, organizationId: target.organization };
  const revoked: string[] = [];
  const notActive: string[] = [];
  const failures: { keyId: string; reason: string; exitCode: ExitCode }[] = [];
  for (const keyId of keyIds) {
    const ended = await revokeDirectly(services, keyId, operator, randomUUID());
    if (ended.ok) (ended.value === 'revoked' ? revoked : notActive).push(keyId);
    else failures.push({ keyId, ...told(ended.failure) });
  }
  const failed = failures.map(({ keyId, reason }) => ({ keyId, reason }));
  const exitCode = failures[0]?.exitCode ?? (notActive.length > 0 ? exitCodes.notActive : exitCodes.done);
  return { revoked, notActive, failed, organization: 'with_keys', exitCode };
}

function told(failure: Failure): { readonly reason: string; readonly exitCode: ExitCode } {
  if (failure.kind === 'cache_not_flushed')
    return {
      reason:
        'it is revoked in Scalekit, but its mark was not written, so a cached decision may still allow it. Run the command again.',
      exitCode: exitCodes.incomplete,
    };
  const reason = 'reason' in failure ? failure.reason : failure.kind;
  return {
    reason: `Scalekit did not revoke it (${reason}). Its mark is written if the table was available. Run the command again.`,
    exitCode: exitCodes.noAnswer,
  };
}

/** The outputs of a deployment on AWS or of a local runtime. For a local runtime, this process also gets its credentials. */
export async function outputsOf({ local, ...target }: Pick<Target, 'local' | 'stage' | 'stack'>): Promise<Outputs> {
  if (local !== undefined) return localOutputs(local);
  const stack = stackNameOf(target);
  const deployed = await describeStack(stack);
  if (deployed) return deployed.outputs;
  throw new CommandFailure(exitCodes.usage, `The stack ${stack} does not exist in this account and region.`);
}

function localOutputs(folder: string): Outputs {
  const { stacks } = useLocalRuntime(folder);
  return Object.values(stacks).find((outputs) => outputNames.decisionTable in outputs) ?? {};
}

/** Gives this process the environment of the deployment's functions; returns the access key id. */
async function useDeployment(outputs: Outputs): Promise<string> {
  const variables = {
    DECISION_TABLE: outputs[outputNames.decisionTable],
    SCALEKIT_PARAMETER_PATH: outputs[outputNames.parameterPath],
    AUDIT_EVENT_BUS: outputs[outputNames.auditBus],
    SCALEKIT_DEADLINE_MS: String(deadlineMs),
    METRICS_DEPLOYMENT: 'direct',
    POWERTOOLS_LOG_LEVEL: 'SILENT', // logs are for functions; the command prints the outcome
  };
  for (const [name, value] of Object.entries(variables)) {
    if (!value)
      throw new CommandFailure(
        exitCodes.usage,
        'The stack is from an older release and lacks the outputs that --direct needs. Deploy it.',
      );
    process.env[name] = value;
  }
  const credentials = await fromNodeProviderChain()().catch((error: unknown) => {
    throw awsFailure(error, 'revoke directly');
  });
  process.env['AWS_ACCESS_KEY_ID'] = credentials.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = credentials.secretAccessKey;
  if (credentials.sessionToken) process.env['AWS_SESSION_TOKEN'] = credentials.sessionToken;
  process.env['AWS_REGION'] ??= process.env['AWS_DEFAULT_REGION'];
  if (!process.env['AWS_REGION']) throw awsFailure(new Error('Region is missing'), 'revoke directly');
  return credentials.accessKeyId;
}
