import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import aws4 from 'aws4';

interface Call {
  readonly service: string;
  readonly region: string;
  /** Of the protocol AWS JSON: `ServiceQuotasV20190624.GetServiceQuota`. */
  readonly target: string;
  /** Of the protocol. @default 1.1 */
  readonly version?: '1.0' | '1.1';
  readonly input: object;
}

const timeoutMs = 10_000;

/** Calls an AWS API for which the project has no SDK client; rejects with AWS's words. */
export async function callAws({ service, region, target, version = '1.1', input }: Call): Promise<unknown> {
  const { accessKeyId, secretAccessKey, sessionToken } = await fromNodeProviderChain()();
  const url = new URL(process.env['AWS_ENDPOINT_URL'] ?? `https://${service}.${region}.amazonaws.com`);
  const body = JSON.stringify(input);
  const signed = aws4.sign(
    {
      service,
      region,
      host: url.host,
      method: 'POST',
      path: '/',
      headers: { 'Content-Type': `application/x-amz-json-${version}`, 'X-Amz-Target': target },
      body,
    },
    { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) },
  );
  const { Host: _host, 'Content-Length': _length, ...headers } = signed.headers as Record<string, string>;
  const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(timeoutMs) });
  const text = await answer.text();
  if (answer.ok) return JSON.parse(text);
  throw new Error(`${service} answers ${answer.status}${text ? `: ${text.slice(0, 200)}` : ''}`);
}
