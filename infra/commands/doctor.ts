import { readFileSync } from 'node:fs';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { Command, Option } from 'commander';
import { outputNames, parameterNames } from '../../shared/deployment.ts';
import { parameterPath, stackName } from '../names.ts';
import { awsFailure } from './aws-failure.ts';
import { callAws } from './aws-json.ts';
import { type DeployedStack, describeStack } from './deployed-stack.ts';
import { CommandFailure, exitCodes } from './exit-codes.ts';
import { runCommand } from './run-command.ts';
import { tryClient } from './scalekit-client.ts';
import { stageOf } from './stage.ts';

// `npm run doctor`: checks a deployment, and prints one line per check. It changes nothing.

/** The result of a check: good, bad, or unknown. */
type Finding = readonly ['ok' | 'bad' | 'unknown', string];

/** Below this quota, a slow Scalekit stops every function of the account. */
const wantedConcurrency = 1000;

async function examine({ stage, keyFile }: { readonly stage?: string; readonly keyFile?: string }): Promise<void> {
  const name = stageOf(stage);
  const stack = await describeStack(stackName(name));
  if (!stack)
    throw new CommandFailure(exitCodes.usage, `The stack ${stackName(name)} does not exist. Deploy it: npm run deploy`);
  console.log(`${stackName(name)} in account ${stack.accountId}, region ${stack.region}`);
  const findings = [
    outputs(stack),
    ...(await parameters(parameterPath(name))),
    await concurrency(stack.region),
    await alarms(stack.region, stackName(name)),
    await whoami(stack, keyFile),
  ];
  for (const [state, text] of findings) console.log(`${state.padEnd(8)}${text}`);
  if (findings.some(([state]) => state === 'bad'))
    throw new CommandFailure(exitCodes.incomplete, 'A check failed: see the lines that begin with bad.');
}

function outputs({ outputs: found }: DeployedStack): Finding {
  const missing = Object.values(outputNames).filter((output) => !found[output]);
  if (missing.length > 0)
    return ['bad', `outputs ${missing.join(', ')} are missing: the stack is from an older release`];
  return ['ok', `settings ${found[outputNames.settings]}`];
}

async function parameters(path: string): Promise<Finding[]> {
  const nameOf = (credential: keyof typeof parameterNames) => `${path}/${parameterNames[credential]}`;
  const credentials = Object.keys(parameterNames) as (keyof typeof parameterNames)[];
  try {
    const command = new GetParametersCommand({ Names: credentials.map(nameOf), WithDecryption: true });
    const { Parameters = [], InvalidParameters = [] } = await new SSMClient().send(command);
    if (InvalidParameters.length > 0)
      return [['bad', `${InvalidParameters.join(', ')} are not stored. Store them: npm run secrets`]];
    const stored = (credential: keyof typeof parameterNames) =>
      Parameters.find(({ Name }) => Name === nameOf(credential))?.Value ?? '';
    const [environmentUrl, clientId, clientSecret] = [
      stored('environmentUrl'),
      stored('clientId'),
      stored('clientSecret'),
    ];
    const { state, text } = await tryClient({ environmentUrl, clientId, clientSecret });
    return [
      ['ok', `the Scalekit credentials are stored below ${path}`],
      [state === 'taken' ? 'ok' : state === 'refused' ? 'bad' : 'unknown', text],
    ];
  } catch (error) {
    return [['unknown', awsFailure(error, `read the parameters below ${path}`).message]];
  }
}

async function concurrency(region: string): Promise<Finding> {
  const input = { ServiceCode: 'lambda', QuotaCode: 'L-B99A9384' };
  try {
    const target = 'ServiceQuotasV20190624.GetServiceQuota';
    const { Quota } = (await callAws({ service: 'servicequotas', region, target, input })) as {
      Quota?: { Value?: number };
    };
    const value = Quota?.Value ?? 0;
    if (value >= wantedConcurrency) return ['ok', `the account allows ${value} concurrent executions`];
    return ['bad', `the account allows ${value} concurrent executions: ask Service Quotas for ${wantedConcurrency}`];
  } catch (error) {
    return ['unknown', `the quota of concurrent executions cannot be read: ${(error as Error).message}`];
  }
}

async function alarms(region: string, prefix: string): Promise<Finding> {
  const input = { AlarmNamePrefix: prefix, StateValue: 'ALARM' };
  try {
    const target = 'GraniteServiceVersion20100801.DescribeAlarms';
    const answer = (await callAws({ service: 'monitoring', region, target, input })) as {
      MetricAlarms?: readonly { AlarmName: string }[];
    };
    const ringing = (answer.MetricAlarms ?? []).map(({ AlarmName }) => AlarmName);
    return ringing.length === 0 ? ['ok', 'no alarm rings'] : ['bad', `alarms ring: ${ringing.join(', ')}`];
  } catch (error) {
    return ['unknown', `the states of alarms cannot be read: ${(error as Error).message}`];
  }
}

async function whoami({ outputs: found }: DeployedStack, keyFile: string | undefined): Promise<Finding> {
  if (keyFile === undefined) return ['unknown', 'no request was sent: give a key with --key-file'];
  const url = `${found[outputNames.apiUrl]}/whoami`;
  try {
    const key = readFileSync(keyFile, 'utf8').trim();
    const startedAt = performance.now();
    const { status } = await fetch(url, { headers: { Authorization: `Bearer ${key}` } });
    const took = `${Math.round(performance.now() - startedAt)} ms`;
    return status === 200 ? ['ok', `${url} answers 200 in ${took}`] : ['bad', `${url} answers ${status} in ${took}`];
  } catch (error) {
    return ['bad', `${url} does not answer: ${(error as Error).message}`];
  }
}

const program = new Command('npm run doctor --')
  .description('Checks a deployment: outputs, secrets, quotas, alarms, and a request. It changes nothing.')
  .addOption(new Option('--stage <name>', 'the deployment; by default that of cdk.json, else dev').env('STAGE'))
  .option('--key-file <file>', 'a file with a key, to call /whoami with')
  .exitOverride()
  .action((options: { stage?: string; keyFile?: string }) => examine(options));

await runCommand(program);
