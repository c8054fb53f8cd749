import { readFileSync } from 'node:fs';
import { CommandFailure, exitCodes } from './exit-codes.ts';

/** The fields of a local runtime's `outputs.json` that the commands read. */
interface LocalOutputs {
  readonly operatorUrl: string;
  readonly stacks: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly aws: Readonly<Record<'endpointUrl' | 'region' | 'accessKeyId' | 'secretAccessKey', string>>;
}

/** The command that starts a local runtime on a data folder. */
export function startCommand(folder: string): string {
  return `npm start -- --data ${folder}`;
}

/** Finds a local runtime, and points the AWS clients of this process to it, with its credentials. Throws a CommandFailure. */
export function useLocalRuntime(folder: string): LocalOutputs {
  let outputs: LocalOutputs;
  try {
    outputs = JSON.parse(readFileSync(`${folder}/outputs.json`, 'utf8'));
  } catch {
    throw new CommandFailure(
      exitCodes.noAnswer,
      `There is no local runtime in ${folder}. Start one: ${startCommand(folder)}`,
    );
  }
  const { endpointUrl, region, accessKeyId, secretAccessKey } = outputs.aws;
  delete process.env['AWS_SESSION_TOKEN'];
  delete process.env['AWS_PROFILE'];
  process.env['AWS_ENDPOINT_URL'] = endpointUrl;
  process.env['AWS_REGION'] = region;
  process.env['AWS_ACCESS_KEY_ID'] = accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = secretAccessKey;
  return outputs;
}
