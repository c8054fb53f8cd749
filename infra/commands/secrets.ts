import { parseArgs } from 'node:util';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { credentialVariables, isHttpUrl, parameterNames, webhookSecretName } from '../../shared/deployment.ts';
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

async function valueFor(credential: Credential): Promise<string> {
  const variable = credentialVariables[credential];
  if (!process.env[variable] && !process.stdin.isTTY)
    throw new Error(`Set ${variable} in the environment: there is no terminal to ask at.`);
  const value = process.env[variable] || (await questions[credential]());
  if (value === '') throw new Error(`${variable} must not be empty`);
  if (credential === 'environmentUrl' && !isHttpUrl(value))
    throw new Error(`${variable} is "${value}". Give a URL, like https://acme.scalekit.com`);
  return value;
}

try {
  const { stage, key } = parseArgs({ options: { stage: { type: 'string' }, key: { type: 'string' } } }).values;
  const path = parameterPath(stageOf(stage));
  const values: [name: string, value: string][] = [];
  for (const credential of Object.keys(parameterNames) as Credential[])
    values.push([`${path}/${parameterNames[credential]}`, await valueFor(credential)]);
  const { SCALEKIT_WEBHOOK_SECRET: webhookSecret } = process.env;
  if (webhookSecret) values.push([`${path}/${webhookSecretName}`, webhookSecret]);
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
