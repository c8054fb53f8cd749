import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { commandLine } from './command-line.ts';
import { addEndingCommands } from './ending-commands.ts';
import { exitCodesHelp } from './exit-codes.ts';
import { addKeyCommands } from './key-commands.ts';
import { addPlanCommands } from './plan-commands.ts';
import { runCommand } from './run-command.ts';

// `npm run keys`: manages keys as an operator.

const keys = commandLine('keys', '-s');

const program = new Command(keys)
  .description('Manages the API keys of an organization, with AWS credentials.')
  .version(packageJson.version)
  .configureHelp({ showGlobalOptions: true })
  .exitOverride()
  .addHelpText(
    'after',
    `${exitCodesHelp}

Examples:
  ${keys} create --organization org_1 --scope "keys:read keys:write" > first.key
  ${keys} list --organization org_1
  ${keys} revoke apit_1 apit_2 --organization org_1 --stage prod
  ${keys} list --organization org_1 | jq -r '.[].keyId' | ${keys} revoke --organization org_1`,
  );

addKeyCommands(program);
addEndingCommands(program);
addPlanCommands(program);

await runCommand(program);
process.exit(); // a connection to Scalekit that --direct made would keep the process alive
