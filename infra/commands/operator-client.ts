import { readFileSync } from 'node:fs';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import aws4 from 'aws4';
import { outputNames } from '../../shared/deployment.ts';
import { stackName } from '../names.ts';
import { stageOf } from './stage.ts';

/** Which deployment is meant. */
export interface Target {
  /** The data folder of a local runtime; `undefined` for a deployment on AWS. */
  readonly local?: string | undefined;
  /** `undefined` for the one of cdk.json. */
  readonly stage?: string | undefined;
  /** The operators' API, where it is known. */
  readonly url?: string | undefined;
}

/** Sends a signed request to the operators' API and returns the answer's JSON; throws what the API's problem says. */
export type SendSigned = (method: string, path: string, body?: unknown) => Promise<unknown>;

/** Finds the operators' API of a deployment by its stack's outputs, and signs for it with the AWS credential chain. */
export async function connect({ local, stage, url }: Target): Promise<SendSigned> {
  if (local !== undefined) useLocalRuntime(local);
  const operatorUrl = url ?? (await urlOfStack(stackName(stageOf(stage))));
  const credentials = await fromNodeProviderChain()();
  const region = /\.execute-api\.([^.]+)\./.exec(operatorUrl)?.[1] ?? process.env['AWS_REGION'] ?? 'us-east-1';
  return (method, path, body) => send(new URL(operatorUrl + path), method, body, region, credentials);
}

async function urlOfStack(stack: string): Promise<string> {
  const { Stacks = [] } = await new CloudFormationClient().send(new DescribeStacksCommand({ StackName: stack }));
  const outputs = Stacks[0]?.Outputs ?? [];
  const url = outputs.find(({ OutputKey }) => OutputKey === outputNames.operatorUrl)?.OutputValue;
  if (!url)
    throw new Error(`The stack ${stack} has no output ${outputNames.operatorUrl}; deploy it first: npm run deploy`);
  return url;
}

/** Leads the AWS clients of this process to a local runtime, with its credentials. */
function useLocalRuntime(folder: string): void {
  let outputs: { aws: Record<'endpointUrl' | 'region' | 'accessKeyId' | 'secretAccessKey', string> };
  try {
    outputs = JSON.parse(readFileSync(`${folder}/outputs.json`, 'utf8'));
  } catch {
    throw new Error(`There is no local runtime in ${folder}; start one with: npm start -- --data ${folder}`);
  }
  const { endpointUrl, region, accessKeyId, secretAccessKey } = outputs.aws;
  delete process.env['AWS_SESSION_TOKEN'];
  delete process.env['AWS_PROFILE'];
  process.env['AWS_ENDPOINT_URL'] = endpointUrl;
  process.env['AWS_REGION'] = region;
  process.env['AWS_ACCESS_KEY_ID'] = accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = secretAccessKey;
}

async function send(
  url: URL,
  method: string,
  body: unknown,
  region: string,
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined },
): Promise<unknown> {
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
  const answer = await fetch(url, { method, headers, ...(text === '' ? {} : { body: text }) });
  const answered = await answer.text();
  const json = parse(answered);
  if (answer.ok && (json !== undefined || answered === '')) return json;
  if (isProblem(json)) throw new ApiProblem(json);
  throw new Error(
    `${url.host} answered ${answer.status} with no problem of the API: is it the operators' API, and is there a proxy?`,
  );
}

/** Reads JSON. Other text, such as a proxy's page, gives `undefined`. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  readonly successorId?: string;
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body;
}

/** The API refused a request, or failed on it; the message is the problem's code and detail. */
class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  constructor({ status, code, detail, errors = [], successorId }: Problem) {
    const fields = errors.map(({ path, message }) => `\n  ${path}: ${message}`).join('');
    super(`${status} ${code}: ${detail}${successorId ? ` (${successorId})` : ''}${fields}`);
  }
}
