import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { outputNames } from '../../shared/deployment.ts';
import { stackName } from '../names.ts';
import { readSettings } from '../settings.ts';
import { contextPair } from './option-values.ts';
import { runCommand } from './run-command.ts';
import { differences } from './settings-differences.ts';
import { cdkContext } from './stage.ts';

// `npm run deploy`: shows the settings and what they change of the deployed stack, then runs `cdk deploy` with the same arguments.

const program = new Command('npm run deploy --')
  .description('Shows the settings of a deployment, then deploys it. It takes the options of cdk deploy.')
  .option('-c, --context <name=value>', 'a setting over that of settings/STAGE.json; may be repeated', contextPair)
  .option('--profile <name>', 'the AWS profile')
  .exitOverride()
  .allowUnknownOption()
  .allowExcessArguments()
  .action(async ({ context = {}, profile }: { context?: Record<string, string>; profile?: string }) => {
    const settings = readSettings({ ...cdkContext(), ...context });
    const stack = stackName(settings.stage);
    console.log(`Settings of ${stack}: ${JSON.stringify(settings, null, 2)}`);
    if (profile !== undefined) process.env['AWS_PROFILE'] = profile;
    console.log(await comparison(stack, settings));
    const cdk = fileURLToPath(new URL('../../node_modules/aws-cdk/bin/cdk', import.meta.url));
    process.exitCode =
      spawnSync(process.execPath, [cdk, 'deploy', ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1;
  });

async function comparison(stack: string, settings: object): Promise<string> {
  const { describeStack } = await import('./deployed-stack.ts');
  const deployed = await describeStack(stack).catch((error: Error) => error);
  if (deployed instanceof Error) return `What it changes is not known. ${deployed.message}`;
  if (deployed === undefined) return `${stack} is not deployed yet.`;
  const former = deployed.outputs[outputNames.settings];
  if (former === undefined) return `What it changes is not known: ${stack} has no output ${outputNames.settings} yet.`;
  const lines = differences(JSON.parse(former) as Record<string, unknown>, settings as Record<string, unknown>);
  return lines.length === 0 ? `${stack} has these settings already.` : [`It changes of ${stack}:`, ...lines].join('\n');
}

await runCommand(program);
