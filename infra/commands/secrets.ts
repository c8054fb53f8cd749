import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { Command, Option } from 'commander';
import {
  credentialVariables,
  parameterNames,
  readCredential,
  readServiceUrl,
  webhookSecretName,
} from '../../shared/deployment.ts';
import { parameterPath } from '../names.ts';
import { ask } from './ask.ts';
import { awsFailure, connectionCause } from './aws-failure.ts';
import { CommandFailure, exitCodes } from './exit-codes.ts';
import { runCommand } from './run-command.ts';
import { stageOf } from './stage.ts';

// `npm run secrets`: stores the three Scalekit values of a deployment as SecureStrings, from the environment or asked; with
// `--key`, encrypted with that KMS key.

type Credential = keyof typeof parameterNames;

const questions: Record<Credential, () => Promise<string>> = {
  environmentUrl: () => ask('Scalekit environment URL'),
  clientId: () => ask('Scalekit client id'),
  clientSecret: () => ask('Scalekit client secret', { isSecret: true }),
};

/** The value as it is stored: without the white space around it, and the URL in its normal form. */
async function valueFor(credential: Credential): Promise<string> {
  const variable = credentialVariables[credential];
  if (!process.env[variable] && !process.stdin.isTTY)
    throw new CommandFailure(exitCodes.usage, `Set ${variable} in the environment: there is no terminal to ask at.`);
  const given = process.env[variable] || (await questions[credential]());
  return credential === 'environmentUrl' ? urlOf(variable, given) : secretOf(variable, given);
}

function urlOf(variable: string, given: string): string {
  const url = readServiceUrl(given);
  if (url !== undefined) return url;
  throw new CommandFailure(
    exitCodes.usage,
    `${variable} is ${JSON.stringify(given)}. Give a URL like https://acme.scalekit.com; http:// is for localhost only.`,
  );
}

/** Never quotes the value. */
function secretOf(variable: string, given: string): string {
  const value = readCredential(given);
  if (value !== undefined) return value;
  throw new CommandFailure(
    exitCodes.usage,
    given.trim() === ''
      ? `${variable} must not be empty`
      : `${variable} has a character other than printable ASCII, such as a line break inside it. Copy it again from Scalekit.`,
  );
}

interface SecretsOptions {
  readonly stage?: string;
  readonly key?: string;
  readonly check: boolean;
}

async function store({ stage, key, check }: SecretsOptions): Promise<void> {
  const path = parameterPath(stageOf(stage));
  const ssm = new SSMClient();
  const region = await awsIsThere(ssm); // before anything is typed
  console.error(`Stores SecureStrings below ${path}, in region ${region}.`);
  const given = {} as Record<Credential, string>;
  for (const credential of Object.keys(parameterNames) as Credential[]) given[credential] = await valueFor(credential);
  if (check) await tryClient(given);
  const values = Object.entries(given).map(([name, value]) => [parameterNames[name as Credential], value] as const);
  const { SCALEKIT_WEBHOOK_SECRET: webhookSecret } = process.env;
  const all = webhookSecret
    ? [...values, [webhookSecretName, secretOf('SCALEKIT_WEBHOOK_SECRET', webhookSecret)] as const]
    : values;
  for (const [name, Value] of all) {
    const Name = `${path}/${name}`;
    const encrypted = { Type: 'SecureString', ...(key === undefined ? {} : { KeyId: key }) } as const;
    await ssm.send(new PutParameterCommand({ Name, Value, Overwrite: true, ...encrypted })).catch((error: unknown) => {
      throw awsFailure(error, `store ${Name}`);
    });
    console.log(`stored ${Name}`);
  }
}

/** The region that the client works in; throws where there are no credentials or there is no region. */
async function awsIsThere(ssm: SSMClient): Promise<string> {
  try {
    await ssm.config.credentials();
    return await ssm.config.region();
  } catch (error) {
    throw awsFailure(error, 'store secrets');
  }
}

/** Fetches an access token, as the functions will. What Scalekit refuses is not stored; where it does not answer, nobody knows. */
async function tryClient({ environmentUrl, clientId, clientSecret }: Record<Credential, string>): Promise<void> {
  const grant = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  try {
    const signal = AbortSignal.timeout(tryMs);
    const request = { method: 'POST', body: new URLSearchParams(grant), signal };
    const { status } = await fetch(`${environmentUrl}/oauth/token`, request);
    if (status === 200) console.error('Scalekit takes the client.');
    else if ([400, 401, 403].includes(status))
      throw new CommandFailure(
        exitCodes.refused,
        `${environmentUrl} does not take the client id and secret (${status}), so nothing is stored. Copy them again from Scalekit; --no-check stores them all the same.`,
      );
    else console.error(`warning: ${environmentUrl} answers ${status}: whether it takes the client is not known.`);
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    const cause = connectionCause(error) ?? (error as Error).message;
    console.error(`warning: ${environmentUrl} does not answer (${cause}): whether it takes the client is not known.`);
  }
}

const tryMs = 5_000;

const program = new Command('npm run secrets --')
  .description(
    'Stores the three Scalekit credentials of a deployment as SecureStrings: from the environment, or asked. A webhook secret in SCALEKIT_WEBHOOK_SECRET is stored with them.',
  )
  .addOption(new Option('--stage <name>', 'the deployment; by default that of cdk.json').env('STAGE'))
  .option('--key <id>', 'a KMS key that encrypts them, like alias/api-keys-prod')
  .option('--no-check', 'do not try the client with Scalekit first')
  .exitOverride()
  .action((options: SecretsOptions) => store(options));

await runCommand(program);
