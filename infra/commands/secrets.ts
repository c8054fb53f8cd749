import { parseArgs } from 'node:util';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { parameterNames, parameterPath, webhookSecretName } from '../config.ts';
import { ask } from './ask.ts';
import { stageOf } from './stage.ts';

// `npm run secrets`: stores the three Scalekit values of a deployment as SecureStrings, from the environment or asked; with
// `--key`, encrypted with that KMS key.

type Variable = keyof typeof parameterNames;

const questions: Record<Variable, () => Promise<string>> = {
  SCALEKIT_ENVIRONMENT_URL: () => ask('Scalekit environment URL'),
  SCALEKIT_CLIENT_ID: () => ask('Scalekit client id'),
  SCALEKIT_CLIENT_SECRET: () => ask('Scalekit client secret', { isSecret: true }),
};

function isUrl(value: string): boolean {
  return /^https?:$/.test(URL.parse(value)?.protocol ?? '');
}

async function valueFor(variable: Variable): Promise<string> {
  if (!process.env[variable] && !process.stdin.isTTY)
    throw new Error(`Set ${variable} in the environment: there is no terminal to ask at.`);
  const value = process.env[variable] || (await questions[variable]());
  if (value === '') throw new Error(`${variable} must not be empty`);
  if (variable === 'SCALEKIT_ENVIRONMENT_URL' && !isUrl(value))
    throw new Error(`${variable} is "${value}". Give a URL, like https://acme.scalekit.com`);
  return value;
}

try {
  const { stage, key } = parseArgs({ options: { stage: { type: 'string' }, key: { type: 'string' } } }).values;
  const path = parameterPath(stageOf(stage));
  const values: [name: string, value: string][] = [];
  for (const variable of Object.keys(parameterNames) as Variable[]) {
    values.push([`${path}/${parameterNames[variable]}`, await valueFor(variable)]);
  }
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
