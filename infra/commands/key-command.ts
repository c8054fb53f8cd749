import { type Command, Option } from 'commander';
import type { OperatorClient } from './operator-client.ts';
import { organizationId, serviceUrl } from './option-values.ts';

/** The options that all commands have. */
export interface CommonOptions {
  readonly organization: string;
  readonly local?: boolean;
  readonly data: string;
  readonly stage?: string;
  readonly url?: string;
  readonly json?: boolean;
}

/** The keys of the organization that the options name. */
export async function clientOf({ organization, local, data, stage, url }: CommonOptions): Promise<OperatorClient> {
  const { connect } = await import('./operator-client.ts'); // with the AWS SDK: help and wrong options do without
  return connect({ organization, local: local ? data : undefined, stage, url });
}

/** Says where a command is about to do what cannot be undone. */
export async function announced(options: CommonOptions): Promise<OperatorClient> {
  const client = await clientOf(options);
  console.error(client.where);
  return client;
}

/** A command with the options that all have in common. */
export function addCommand(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .exitOverride()
    .addOption(
      new Option('--organization <id>', 'the organization whose keys are meant')
        .env('ORG')
        .argParser(organizationId)
        .makeOptionMandatory(),
    )
    .addOption(new Option('--stage <name>', 'the deployment; by default that of cdk.json').env('STAGE'))
    .option('--url <url>', 'the operators’ API itself, for users who may not read the outputs of its stack', serviceUrl)
    .option('--local', 'a local runtime instead')
    .option('--data <folder>', 'the data folder of the local runtime', '.local')
    .option('--json', 'print JSON, also on a terminal');
}
