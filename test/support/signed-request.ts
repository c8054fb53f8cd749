import aws4 from 'aws4';
import type { Credentials } from '../../local/iam/iam.ts';
import type { Outputs } from '../../local/outputs.ts';
import { type Answer, exchange } from './client.ts';

/** Sends a request that is signed for API Gateway, with another signer than the runtime's verifier. */
export function sendSigned(
  credentials: Credentials,
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const { origin, host, pathname, search } = new URL(url);
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const signed = aws4.sign(
    {
      service: 'execute-api',
      region: 'us-east-1',
      host,
      method,
      path: pathname + search,
      headers: text === '' ? headers : { 'Content-Type': 'application/json', ...headers },
      body: text,
    },
    { ...credentials },
  );
  const { Host: _host, 'Content-Length': _length, ...sent } = signed.headers as Record<string, string>;
  return exchange(origin, method, pathname + search, sent, text === '' ? undefined : text);
}

/** Sends a request to the operators' API as an administrator, below the organization of the outputs. */
export function callAsOperator(
  outputs: Pick<Outputs, 'operatorUrl' | 'organizationId' | 'aws'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const { operatorUrl, organizationId, aws } = outputs;
  const { accessKeyId, secretAccessKey } = aws;
  const url = `${operatorUrl}/organizations/${organizationId}${path}`;
  return sendSigned({ accessKeyId, secretAccessKey }, method, url, body);
}
