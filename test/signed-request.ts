import aws4 from 'aws4';
import type { Credentials } from '../local/iam/iam.ts';

/** Sends a request that is signed for API Gateway, by another signer than the one that the runtime verifies with. */
export function sendSigned(
  credentials: Credentials,
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const { host, pathname, search } = new URL(url);
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
  return fetch(url, { method, headers: sent, ...(text === '' ? {} : { body: text }) });
}
