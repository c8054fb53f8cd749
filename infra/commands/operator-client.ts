import { readFileSync } from 'node:fs';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import aws4 from 'aws4';
import { operatorRoute, outputNames } from '../../shared/deployment.ts';
import { stackName } from '../names.ts';
import { apiFailure } from './api-failure.ts';
import { awsFailure, connectionCause } from './aws-failure.ts';
import { describeStack } from './deployed-stack.ts';
import { CommandFailure, exitCodes } from './exit-codes.ts';
import { stageOf } from './stage.ts';

/** Which deployment is meant. */
export interface Target {
  readonly organization: string;
  /** The data folder of a local runtime; `undefined` for a deployment on AWS. */
  readonly local?: string | undefined;
  /** `undefined` for that of the environment, or of cdk.json. */
  readonly stage?: string | undefined;
  /** The operators' API, where it is known. */
  readonly url?: string | undefined;
}

/** The keys of one organization, by the operators' API. */
export interface OperatorClient {
  readonly organization: string;
  /** Where requests go, in a line: account, region and API. */
  readonly where: string;
  /**
   * Sends a signed request to `/organizations/ORG/keys` and `path`, and returns the answer's JSON; throws a CommandFailure.
   * `withinMs`: 30 s unless it says less.
   */
  readonly send: (method: string, path: string, body?: unknown, withinMs?: number) => Promise<unknown>;
}

/** Finds the operators' API of a deployment by its stack's outputs, and signs for it with the AWS credential chain. */
export async function connect({ organization, local, stage, url }: Target): Promise<OperatorClient> {
  if (local !== undefined && (url !== undefined || process.argv.includes('--stage')))
    throw new CommandFailure(exitCodes.usage, '--local is a deployment of its own: leave out --stage and --url.');
  const stack = local === undefined ? await stackOf(stage, url) : useLocalRuntime(local);
  const credentials = await fromNodeProviderChain()().catch((error: unknown) => {
    throw awsFailure(error, 'sign requests');
  });
  const region =
    /\.execute-api\.([^.]+)\./.exec(stack.url)?.[1] ?? stack.region ?? process.env['AWS_REGION'] ?? 'us-east-1';
  const account = `AWS account ${stack.accountId ?? credentials.accountId ?? 'unknown'}, region ${region}`;
  const keys = `${stack.url}${operatorRoute.replace('{organizationId}', organization)}/keys`;
  return {
    organization,
    where: `${local === undefined ? account : `Local runtime in ${local}`}, API ${stack.url}`,
    send: (method, path, body, withinMs = 30_000) =>
      send(new URL(keys + path), { method, body, region, credentials, withinMs, organization, advice: stack.advice }),
  };
}

/** Where the operators' API is. */
interface Stack {
  readonly url: string;
  readonly region?: string;
  readonly accountId?: string;
  /** What to look at where there is no answer. */
  readonly advice: string;
}

async function stackOf(stage: string | undefined, url: string | undefined): Promise<Stack> {
  if (url !== undefined) return { url, advice: `Is it what the output ${outputNames.operatorUrl} has?` };
  const stack = stackName(stageOf(stage));
  const deployed = await describeStack(stack);
  const operatorUrl = deployed?.outputs[outputNames.operatorUrl];
  if (deployed && operatorUrl)
    return { ...deployed, url: operatorUrl, advice: 'Is there a network, and is the deployment there?' };
  throw new CommandFailure(
    exitCodes.usage,
    deployed
      ? `The stack ${stack} has no output ${outputNames.operatorUrl}. Give the API with --url.`
      : `The stack ${stack} does not exist in this account and region. Name another stage with --stage, or deploy it: npm run deploy`,
  );
}

interface LocalOutputs {
  readonly operatorUrl: string;
  readonly aws: Readonly<Record<'endpointUrl' | 'region' | 'accessKeyId' | 'secretAccessKey', string>>;
}

/** Finds a local runtime, and leads the AWS clients of this process to it, with its credentials. */
function useLocalRuntime(folder: string): Stack {
  const start = `npm start -- --data ${folder}`;
  let outputs: LocalOutputs;
  try {
    outputs = JSON.parse(readFileSync(`${folder}/outputs.json`, 'utf8'));
  } catch {
    throw new CommandFailure(exitCodes.noAnswer, `There is no local runtime in ${folder}. Start one: ${start}`);
  }
  const { endpointUrl, region, accessKeyId, secretAccessKey } = outputs.aws;
  delete process.env['AWS_SESSION_TOKEN'];
  delete process.env['AWS_PROFILE'];
  process.env['AWS_ENDPOINT_URL'] = endpointUrl;
  process.env['AWS_REGION'] = region;
  process.env['AWS_ACCESS_KEY_ID'] = accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = secretAccessKey;
  return { url: outputs.operatorUrl, region, advice: `Does the local runtime run? Start it: ${start}` };
}

interface SignedRequest {
  readonly method: string;
  readonly body: unknown;
  readonly region: string;
  readonly credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined };
  readonly withinMs: number;
  readonly organization: string;
  readonly advice: string;
}

async function send(url: URL, options: SignedRequest): Promise<unknown> {
  const { method, body, region, credentials, withinMs, organization, advice } = options;
  const text = body === undefined ? '' : JSON.stringify(body);
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const signed = aws4.sign(
    {
      service: 'execute-api',
      region,
      host: url.host,
      method,
      path: url.pathname + url.search,
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: text,
    },
    { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) },
  );
  const { Host: _host, 'Content-Length': _length, ...headers } = signed.headers as Record<string, string>;
  const request = { method, headers, signal: AbortSignal.timeout(withinMs), ...(text === '' ? {} : { body: text }) };
  const [answer, answered] = await exchange(url, request, advice);
  const json = parse(answered);
  if (answer.ok && (json !== undefined || answered === '')) return json;
  throw apiFailure({ host: url.host, status: answer.status, body: json, organization });
}

async function exchange(url: URL, request: RequestInit, advice: string): Promise<[Response, string]> {
  try {
    const answer = await fetch(url, request);
    return [answer, await answer.text()];
  } catch (error) {
    const cause = connectionCause(error) ?? (error as Error).message;
    const message = `No answer from ${url.host}: ${cause}. ${advice}`;
    throw new CommandFailure(exitCodes.noAnswer, message, { cause: error });
  }
}

/** Reads JSON. Other text, such as a proxy's page, gives `undefined`. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
