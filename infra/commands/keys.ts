import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addEndingCommands } from './ending-commands.ts';
import { exitCodesHelp } from './exit-codes.ts';
import { addKeyCommands } from './key-commands.ts';
import { runCommand } from './run-command.ts';

// `npm run keys`: manages keys as an operator.

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('npm run -s keys --')
  .description('Manages the API keys of an organization, with AWS credentials.')
  .version(version)
  .configureHelp({ showGlobalOptions: true })
  .exitOverride()
  .addHelpText(
    'after',
    `${exitCodesHelp}

Examples:
  npm run -s keys -- create --organization org_1 --scope "keys:read keys:write" > first.key
  npm run -s keys -- list --organization org_1
  npm run -s keys -- revoke apit_1 apit_2 --organization org_1 --stage prod
  npm run -s keys -- list --organization org_1 | jq -r '.[].keyId' | npm run -s keys -- revoke --organization org_1`,
  );

addKeyCommands(program);
addEndingCommands(program);

await runCommand(program);
process.exit(); // a connection to Scalekit that --direct made would keep the process alive
