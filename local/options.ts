import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { credentialVariables, readCredential, readServiceUrl } from '../shared/deployment.ts';
import type { ScalekitEnvironment } from './scalekit/client.ts';
import { UserError } from './user-error.ts';

/** The options of `npm start`. */
export interface Options {
  /** 0 picks a free port. */
  readonly port: number;
  /** The port of the embedded Scalekit over TLS. 0 picks a free one, and `undefined` the usual one or a free one. */
  readonly scalekitPort?: number | undefined;
  /** Follow changes of the project's files. */
  readonly watch: boolean;
  /** The data folder, absolute. */
  readonly dataDir: string;
  /** Forget the keys, rows, logs and outputs of earlier runs. */
  readonly fresh: boolean;
  /** CDK context for the synthesis, as `name=value`. */
  readonly context: readonly string[];
  /** Cloud assemblies (`cdk.out`) to serve as they are. If there are none, the project is synthesized. */
  readonly assemblies: readonly string[];
  /** The user's own Scalekit environment; `undefined` for the embedded one. */
  readonly scalekit: ScalekitEnvironment | undefined;
}

const usage = 'Usage: npm start -- [options]. All options: npm start -- --help';

/** The text of `--help`. */
export const help = `Serves the project and examples/notes on localhost, and follows changes of their files.

Usage: npm start -- [options]

  --port N              the port of the customers' API; 0 picks a free one (default: 3000). The other APIs use the next ports.
  --scalekit-port N     the port of the embedded Scalekit over TLS, for other SDKs (default: 3443, or a free one)
  --data DIR            where keys, rows, logs and outputs are kept (default: .local)
  --fresh               forget all keys, rows, logs and outputs of the data folder first
  --no-watch            do not follow changes of files
  --context NAME=VALUE  a setting, as for a deployment; may be repeated
  --assembly DIR        serve a cdk.out as it is; may be repeated
  --help                show this

If SCALEKIT_ENVIRONMENT_URL, SCALEKIT_CLIENT_ID and SCALEKIT_CLIENT_SECRET are set, it uses that Scalekit, not the embedded one.`;

/** Reads the command line and the environment; throws a {@link UserError} that says what is allowed. */
export function readOptions(args: string[], environment: NodeJS.Dict<string>): Options {
  const { port, 'scalekit-port': scalekitPort, data, fresh, context, assembly, watch } = parse(args);
  if (assembly.length > 0 && context.length > 0) {
    throw new UserError(
      `--context has no effect on --assembly, which is already synthesized. Leave one of them out. ${usage}`,
    );
  }
  const noPair = context.find((pair) => !/^[^=]+=/.test(pair));
  if (noPair !== undefined) throw new UserError(`--context ${noPair} is not NAME=VALUE. ${usage}`);
  return {
    port: readPort('--port', port),
    scalekitPort: scalekitPort === undefined ? undefined : readPort('--scalekit-port', scalekitPort),
    watch: watch && assembly.length === 0,
    dataDir: resolve(data),
    fresh,
    context,
    assemblies: assembly.map((folder) => resolve(folder)),
    scalekit: scalekitOf(environment),
  };
}

function readPort(option: string, text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new UserError(`${option} ${text} is not a port; use 1 to 65535, or 0 for a free port. ${usage}`);
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowNegative: true,
      options: {
        port: { type: 'string', default: '3000' },
        'scalekit-port': { type: 'string' },
        data: { type: 'string', default: '.local' },
        fresh: { type: 'boolean', default: false },
        watch: { type: 'boolean', default: true },
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
    throw new UserError(
      `Set ${missing.join(' and ')} too, or set none of ${names.join(', ')} to use the embedded Scalekit.`,
    );
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
