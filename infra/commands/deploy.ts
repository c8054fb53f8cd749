import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { distance } from 'fastest-levenshtein';
import { outputNames } from '../../shared/deployment.ts';
import { stackName } from '../names.ts';
import { hasSettings, readSettings } from '../settings.ts';
import { CommandFailure, exitCodes } from './exit-codes.ts';
import { contextPair } from './option-values.ts';
import { runCommand } from './run-command.ts';
import { differences } from './settings-differences.ts';
import { cdkContext } from './stage.ts';

// `npm run deploy`: shows the settings and how they differ from the deployed stack, then runs `cdk deploy` with the same
// arguments.

const program = new Command('npm run deploy --')
  .description('Shows the settings of a deployment, then deploys it. It accepts the options of cdk deploy.')
  .option('-c, --context <name=value>', 'a setting that overrides settings/STAGE.json; may be repeated', contextPair)
  .addOption(new Option('--stage <name>', 'the deployment; by default that of cdk.json, else dev').env('STAGE'))
  .option('--profile <name>', 'the AWS profile')
  .exitOverride()
  .allowUnknownOption()
  .allowExcessArguments()
  .action(async ({ context = {}, stage, profile }: DeployOptions, command: Command) => {
    refuseMistakes(command.args, stage, context['stage']);
    const settings = readSettings({ ...cdkContext(), ...(stage === undefined ? {} : { stage }), ...context });
    const stack = stackName(settings.stage);
    if (profile !== undefined) process.env['AWS_PROFILE'] = profile;
    console.log(`Settings of ${stack}: ${JSON.stringify(settings, null, 2)}`);
    if (!hasSettings(settings.stage))
      console.log(`There is no settings/${settings.stage}.json: settings without -c have their defaults.`);
    console.log(await comparison(stack, settings));
    const cdk = fileURLToPath(new URL('../../node_modules/aws-cdk/bin/cdk', import.meta.url));
    const given = Object.entries({ ...context, stage: settings.stage }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]);
    const profiled = profile === undefined ? [] : ['--profile', profile];
    const args = [cdk, 'deploy', ...given, ...profiled, ...command.args];
    process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
  });

/** The CDK ignores options that it does not know, so a mistyped stage would deploy another. */
function refuseMistakes(others: readonly string[], stage: string | undefined, inContext: string | undefined): void {
  for (const text of others) {
    const [given = ''] = text.split('=');
    const meant = ['--stage', '--context', '--profile'].find((option) => distance(given, option) <= 2);
    if (meant) throw new CommandFailure(exitCodes.usage, `${given} is not an option. Did you mean ${meant}?`);
  }
  if (stage !== undefined && inContext !== undefined && stage !== inContext)
    throw new CommandFailure(exitCodes.usage, `The stage is ${stage} and also ${inContext}: name it once.`);
}

interface DeployOptions {
  readonly context?: Record<string, string>;
  readonly stage?: string;
  readonly profile?: string;
}

async function comparison(stack: string, settings: object): Promise<string> {
  const { describeStack } = await import('./deployed-stack.ts');
  const deployed = await describeStack(stack).catch((error: Error) => error);
  // Without credentials the deployment would also fail, but after synthesis and with another message.
  if (deployed instanceof Error && !deployed.message.includes('permission is missing')) throw deployed;
  if (deployed instanceof Error) return `The changes of settings are unknown. ${deployed.message}`;
  if (deployed === undefined) return `${stack} is not deployed yet.`;
  const former = deployed.outputs[outputNames.settings];
  if (former === undefined)
    return `The changes of settings are unknown: ${stack} has no output ${outputNames.settings} yet.`;
  const lines = differences(JSON.parse(former) as Record<string, unknown>, settings as Record<string, unknown>);
  return lines.length === 0
    ? `${stack} already has these settings.`
    : [`Changes of the settings of ${stack}:`, ...lines].join('\n');
}

await runCommand(program);
