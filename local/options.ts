import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { credentialVariables, readCredential, readServiceUrl } from '../shared/deployment.ts';
import type { ScalekitEnvironment } from './scalekit/client.ts';
import { UserError } from './user-error.ts';

/** How `npm start` is told to run. */
export interface Options {
  /** 0 picks a free one. */
  readonly port: number;
  /** The data folder, absolute. */
  readonly dataDir: string;
  /** Forget what earlier runs left in the data folder. */
  readonly fresh: boolean;
  /** CDK context for the synthesis, as `name=value`. */
  readonly context: readonly string[];
  /** Cloud assemblies (`cdk.out`) to serve as they are; none to synthesize the project. */
  readonly assemblies: readonly string[];
  /** A Scalekit environment of the user's; `undefined` for the embedded one. */
  readonly scalekit: ScalekitEnvironment | undefined;
}

const usage = 'Usage: npm start -- [--port N] [--data DIR] [--fresh] [--context NAME=VALUE… | --assembly DIR…]';

/** Reads the command line and the environment; throws a {@link UserError} that says what is allowed. */
export function readOptions(args: string[], environment: NodeJS.Dict<string>): Options {
  const { port, data, fresh, context, assembly } = parse(args);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new UserError(`--port ${port} is not a port; use 0 (a free one) to 65535. ${usage}`);
  }
  if (assembly.length > 0 && context.length > 0) {
    throw new UserError(`--assembly is synthesized already: --context has no effect on it. ${usage}`);
  }
  return {
    port: Number(port),
    dataDir: resolve(data),
    fresh,
    context,
    assemblies: assembly.map((folder) => resolve(folder)),
    scalekit: scalekitOf(environment),
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: 'string', default: '3000' },
        data: { type: 'string', default: '.local' },
        fresh: { type: 'boolean', default: false },
        assembly: { type: 'string', multiple: true, default: [] },
        context: { type: 'string', multiple: true, default: [] },
      },
    }).values;
  } catch (error) {
    throw new UserError(`${(error as Error).message.split('. ')[0]}. ${usage}`);
  }
}

function scalekitOf(environment: NodeJS.Dict<string>): ScalekitEnvironment | undefined {
  const names = Object.values(credentialVariables);
  const missing = names.filter((name) => !environment[name]);
  if (missing.length === names.length) return undefined;
  if (missing.length > 0)
    throw new UserError(`Set ${missing.join(' and ')} too, or none of ${names.join(', ')} for the embedded Scalekit.`);
  const values = names.map((name) => environment[name] ?? '');
  const [clientId, clientSecret] = values.slice(1).map(readCredential);
  const environmentUrl = readServiceUrl(values[0] ?? '');
  if (environmentUrl === undefined) {
    throw new UserError(
      `${credentialVariables.environmentUrl} is "${values[0]}", not a URL like https://acme.scalekit.dev.`,
    );
  }
  if (clientId === undefined || clientSecret === undefined)
    throw new UserError(`${names.slice(1).join(' and ')} must be printable ASCII.`);
  return { environmentUrl, clientId, clientSecret };
}
