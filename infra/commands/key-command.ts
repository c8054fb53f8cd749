import { type Command, Option } from 'commander';
import type { OperatorClient } from './operator-client.ts';
import { organizationId, serviceUrl } from './option-values.ts';

/** The options that all commands have. */
export interface CommonOptions {
  readonly organization: string;
  readonly local?: boolean;
  readonly data: string;
  readonly stage?: string;
  readonly stack?: string;
  readonly url?: string;
  readonly json?: boolean;
}

/** A client for the keys of the organization in the options. */
export async function clientOf({ local, data, ...options }: CommonOptions): Promise<OperatorClient> {
  const { connect } = await import('./operator-client.ts'); // it loads the AWS SDK, which help and wrong options do not need
  return connect({ ...options, local: local ? data : undefined });
}

/** Prints the target of a command that cannot be undone, and returns its client. */
export async function announced(options: CommonOptions): Promise<OperatorClient> {
  const client = await clientOf(options);
  console.error(client.where);
  return client;
}

/** Adds a command with the options that all commands share. */
export function addCommand(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .exitOverride()
    .addOption(
      new Option('--organization <id>', 'the organization that has the keys')
        .env('ORG')
        .argParser(organizationId)
        .makeOptionMandatory(),
    )
    .addOption(new Option('--stage <name>', 'the deployment; by default that of cdk.json, else dev').env('STAGE'))
    .option('--stack <name>', 'the stack of your own project that has the outputs; by default ApiKeys-STAGE')
    .option(
      '--url <url>',
      'the URL of the operators’ API, for users who may not read the outputs of its stack',
      serviceUrl,
    )
    .option('--local', 'use a local runtime instead')
    .option('--data <folder>', 'the data folder of the local runtime', '.local')
    .option('--json', 'print JSON, also on a terminal');
}
