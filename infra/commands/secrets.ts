import { parseArgs } from 'node:util';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import {
  credentialVariables,
  parameterNames,
  readCredential,
  readServiceUrl,
  webhookSecretName,
} from '../../shared/deployment.ts';
import { parameterPath } from '../names.ts';
import { ask } from './ask.ts';
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
    throw new Error(`Set ${variable} in the environment: there is no terminal to ask at.`);
  const given = process.env[variable] || (await questions[credential]());
  return credential === 'environmentUrl' ? urlOf(variable, given) : secretOf(variable, given);
}

function urlOf(variable: string, given: string): string {
  const url = readServiceUrl(given);
  if (url !== undefined) return url;
  throw new Error(
    `${variable} is ${JSON.stringify(given)}. Give a URL like https://acme.scalekit.com; http:// is for localhost only.`,
  );
}

/** Never quotes the value. */
function secretOf(variable: string, given: string): string {
  const value = readCredential(given);
  if (value !== undefined) return value;
  throw new Error(
    given.trim() === ''
      ? `${variable} must not be empty`
      : `${variable} has a character other than printable ASCII, such as a line break inside it. Copy it again from Scalekit.`,
  );
}

try {
  const { stage, key } = parseArgs({ options: { stage: { type: 'string' }, key: { type: 'string' } } }).values;
  const path = parameterPath(stageOf(stage));
  const values: [name: string, value: string][] = [];
  for (const credential of Object.keys(parameterNames) as Credential[])
    values.push([`${path}/${parameterNames[credential]}`, await valueFor(credential)]);
  const { SCALEKIT_WEBHOOK_SECRET: webhookSecret } = process.env;
  if (webhookSecret) values.push([`${path}/${webhookSecretName}`, secretOf('SCALEKIT_WEBHOOK_SECRET', webhookSecret)]);
  const ssm = new SSMClient();
  for (const [Name, Value] of values) {
    const encrypted = { Type: 'SecureString', ...(key === undefined ? {} : { KeyId: key }) } as const;
    await ssm.send(new PutParameterCommand({ Name, Value, Overwrite: true, ...encrypted }));
    console.log(`stored ${Name}`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
