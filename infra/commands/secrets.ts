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
import { awsFailure } from './aws-failure.ts';
import { commandLine } from './command-line.ts';
import { CommandFailure, exitCodes } from './exit-codes.ts';
import { runCommand } from './run-command.ts';
import { tryClient } from './scalekit-client.ts';
import { stageOf } from './stage.ts';

// `npm run secrets`: stores the three Scalekit values of a deployment as SecureStrings, from the environment or a prompt. `--key`
// encrypts them with that KMS key.

type Credential = keyof typeof parameterNames;

const questions: Record<Credential, () => Promise<string>> = {
  environmentUrl: () => ask('Scalekit environment URL'),
  clientId: () => ask('Scalekit client id'),
  clientSecret: () => ask('Scalekit client secret', { isSecret: true }),
};

/** The value to store: without surrounding white space, and the URL in its normal form. */
async function valueFor(credential: Credential): Promise<string> {
  const variable = credentialVariables[credential];
  if (!process.env[variable] && !process.stdin.isTTY)
    throw new CommandFailure(exitCodes.usage, `Set ${variable} in the environment: there is no terminal for a prompt.`);
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
      : `${variable} contains a character other than printable ASCII, such as a line break. Copy it again from Scalekit.`,
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
  const region = await awsIsThere(ssm); // before the user types anything
  console.error(`Stores SecureStrings below ${path}, in region ${region}.`);
  const given = {} as Record<Credential, string>;
  for (const credential of Object.keys(parameterNames) as Credential[]) given[credential] = await valueFor(credential);
  if (check) await requireClient(given);
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

/** The region of the client; throws if there are no credentials or no region. */
async function awsIsThere(ssm: SSMClient): Promise<string> {
  try {
    await ssm.config.credentials();
    return await ssm.config.region();
  } catch (error) {
    throw awsFailure(error, 'store secrets');
  }
}

/** Throws if Scalekit refuses the client. If Scalekit does not answer, prints a warning only. */
async function requireClient(given: Record<Credential, string>): Promise<void> {
  const { state, text } = await tryClient(given);
  if (state === 'refused')
    throw new CommandFailure(
      exitCodes.refused,
      `${text} Nothing was stored. Copy them again from Scalekit, or store them anyway with --no-check.`,
    );
  console.error(state === 'taken' ? text : `warning: ${text}`);
}

const program = new Command(commandLine('secrets'))
  .description(
    'Stores the three Scalekit credentials of a deployment as SecureStrings: from the environment or a prompt. A webhook secret in SCALEKIT_WEBHOOK_SECRET is stored too.',
  )
  .addOption(new Option('--stage <name>', 'the deployment; by default that of cdk.json, else dev').env('STAGE'))
  .option('--key <id>', 'a KMS key that encrypts them, like alias/api-keys-ApiKeys-prod')
  .option('--no-check', 'do not try the client with Scalekit first')
  .exitOverride()
  .action((options: SecretsOptions) => store(options));

await runCommand(program);
