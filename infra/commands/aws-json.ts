import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { signedFetch } from './signed-fetch.ts';

interface Call {
  readonly service: string;
  readonly region: string;
  /** The operation in the AWS JSON protocol, like `ServiceQuotasV20190624.GetServiceQuota`. */
  readonly target: string;
  /** The version of the protocol. @default 1.1 */
  readonly version?: '1.0' | '1.1';
  readonly input: object;
}

const timeoutMs = 10_000;

/** Calls an AWS API for which the project has no SDK client; rejects with AWS's message. */
export async function callAws({ service, region, target, version = '1.1', input }: Call): Promise<unknown> {
  const url = new URL(process.env['AWS_ENDPOINT_URL'] ?? `https://${service}.${region}.amazonaws.com`);
  const { response, text } = await signedFetch(url, {
    service,
    region,
    credentials: await fromNodeProviderChain()(),
    method: 'POST',
    headers: { 'Content-Type': `application/x-amz-json-${version}`, 'X-Amz-Target': target },
    body: JSON.stringify(input),
    withinMs: timeoutMs,
  });
  if (response.ok) return JSON.parse(text);
  const error = new Error(`${service} answers ${response.status}${text ? `: ${text.slice(0, 200)}` : ''}`);
  error.name = /"__type":"(?:[^"]*#)?(\w+)"/.exec(text)?.[1] ?? error.name; // which tells a missing permission apart
  throw error;
}
