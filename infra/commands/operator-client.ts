import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { operatorRoute, outputNames, portalLinksPath } from '../../shared/deployment.ts';
import { apiFailure } from './api-failure.ts';
import { awsFailure, connectionCause } from './aws-failure.ts';
import { describeStack } from './deployed-stack.ts';
import { CommandFailure, exitCodes } from './exit-codes.ts';
import { startCommand, useLocalRuntime } from './local-runtime.ts';
import { signedFetch } from './signed-fetch.ts';
import { stackNameOf } from './stage.ts';

/** The organization and the deployment of a command. */
export interface Target {
  readonly organization: string;
  /** The data folder of a local runtime; `undefined` for a deployment on AWS. */
  readonly local?: string | undefined;
  /** `undefined` for the stage in the environment or in cdk.json. */
  readonly stage?: string | undefined;
  /** The name of the stack; `undefined` for that of the stage. */
  readonly stack?: string | undefined;
  /** The URL of the operators' API, if it is known. */
  readonly url?: string | undefined;
}

/** A client for the keys of one organization on the operators' API. */
export interface OperatorClient {
  readonly organization: string;
  /** The target of requests, in one line: account, region and API. */
  readonly where: string;
  /**
   * Sends a signed request to `/organizations/ORG/keys` and `path`, and returns the JSON of the answer; throws a CommandFailure.
   * The default of `withinMs` is 30 s.
   */
  readonly send: (method: string, path: string, body?: unknown, withinMs?: number) => Promise<unknown>;
  /** Sends a signed request to another path below `/organizations/ORG`. */
  readonly sendOn: (path: string, method: string, body?: unknown) => Promise<unknown>;
  /** Makes a link to the page for keys. */
  readonly makeLink: (body: unknown) => Promise<unknown>;
}

/** Finds the operators' API in the outputs of a deployment's stack, and signs requests with the AWS credential chain. */
export async function connect(target: Target): Promise<OperatorClient> {
  const { organization, local, url } = target;
  if (local !== undefined && (url !== undefined || process.argv.some((text) => /^--(stage|stack)\b/.test(text))))
    throw new CommandFailure(
      exitCodes.usage,
      '--local cannot be combined with --stage, --stack or --url: leave them out.',
    );
  const stack = local === undefined ? await stackOf(target) : localStack(local);
  const credentials = await fromNodeProviderChain()().catch((error: unknown) => {
    throw awsFailure(error, 'sign requests');
  });
  const region =
    /\.execute-api\.([^.]+)\./.exec(stack.url)?.[1] ?? stack.region ?? process.env['AWS_REGION'] ?? 'us-east-1';
  const account = `AWS account ${stack.accountId ?? credentials.accountId ?? 'unknown'}, region ${region}`;
  const base = `${stack.url}${operatorRoute.replace('{organizationId}', organization)}`;
  const signed = { region, credentials, organization, advice: stack.advice };
  return {
    organization,
    where: `${local === undefined ? account : `Local runtime in ${local}`}, API ${stack.url}`,
    send: (method, path, body, withinMs = 30_000) =>
      send(new URL(`${base}/keys${path}`), { ...signed, method, body, withinMs }),
    sendOn: (path, method, body) => send(new URL(base + path), { ...signed, method, body, withinMs: 30_000 }),
    makeLink: (body) => send(new URL(base + portalLinksPath), { ...signed, method: 'POST', body, withinMs: 30_000 }),
  };
}

/** The location of the operators' API. */
interface Stack {
  readonly url: string;
  readonly region?: string;
  readonly accountId?: string;
  /** The first thing to check if there is no answer. */
  readonly advice: string;
}

async function stackOf({ url, ...target }: Target): Promise<Stack> {
  if (url !== undefined) return { url, advice: `Is it the value of the output ${outputNames.operatorUrl}?` };
  const stack = stackNameOf(target);
  const deployed = await describeStack(stack);
  const operatorUrl = deployed?.outputs[outputNames.operatorUrl];
  if (deployed && operatorUrl)
    return { ...deployed, url: operatorUrl, advice: 'Check the network, and that the deployment still exists.' };
  throw new CommandFailure(
    exitCodes.usage,
    deployed
      ? `The stack ${stack} has no output ${outputNames.operatorUrl}. Give its URL with --url.`
      : `The stack ${stack} does not exist in this account and region. Name another with --stage or --stack, or deploy it.`,
  );
}

function localStack(folder: string): Stack {
  const { operatorUrl, aws } = useLocalRuntime(folder);
  return {
    url: operatorUrl,
    region: aws.region,
    advice: `Is the local runtime running? Start it: ${startCommand(folder)}`,
  };
}

interface ClientRequest {
  readonly method: string;
  readonly body: unknown;
  readonly region: string;
  readonly credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined };
  readonly withinMs: number;
  readonly organization: string;
  readonly advice: string;
}

async function send(url: URL, options: ClientRequest): Promise<unknown> {
  const { body, organization, advice, ...request } = options;
  const { response, text } = await signedFetch(url, {
    ...request,
    service: 'execute-api',
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? '' : JSON.stringify(body),
  }).catch((error: unknown) => {
    const cause = connectionCause(error) ?? (error as Error).message;
    throw new CommandFailure(exitCodes.noAnswer, `No answer from ${url.host}: ${cause}. ${advice}`, { cause: error });
  });
  const json = parse(text);
  if (response.ok && (json !== undefined || text === '')) return json;
  throw apiFailure({ host: url.host, status: response.status, body: json, organization });
}

/** Reads JSON. Other text, such as a proxy's page, gives `undefined`. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
