import aws4 from 'aws4';
import { requireEnvironment } from '../environment.ts';
import { type HttpAnswer, sendHttp } from './http-request.ts';
import type { KeptConnections } from './kept-connections.ts';

/**
 * Calls an AWS API of the function's own region with the function's own credentials, both from the environment that
 * Lambda sets. A signer instead of an SDK client spares the authorizer about 100 ms of cold start. It honours
 * `AWS_ENDPOINT_URL_<SERVICE>` and `AWS_ENDPOINT_URL` as the AWS SDKs do. The local runtime verifies with another signer,
 * `@smithy/signature-v4`, on purpose: a fault of one does not pass the other.
 */
export function sendAws(
  service: keyof typeof endpointVariables,
  options: {
    method: string;
    path: string;
    headers: Record<string, string>;
    body: string;
    timeoutMs: number;
    /** For calls that are safe to repeat: connections that are used again. */
    connections?: KeptConnections;
  },
): Promise<HttpAnswer> {
  const region = requireEnvironment('AWS_REGION');
  const endpoint = endpointOf(service, region);
  const url = new URL(endpoint.pathname.replace(/\/$/, '') + options.path, endpoint);
  const sessionToken = process.env['AWS_SESSION_TOKEN'];
  const signed = aws4.sign(
    {
      service,
      region,
      host: url.host,
      method: options.method,
      path: url.pathname + url.search,
      headers: options.headers,
      body: options.body,
    },
    {
      accessKeyId: requireEnvironment('AWS_ACCESS_KEY_ID'),
      secretAccessKey: requireEnvironment('AWS_SECRET_ACCESS_KEY'),
      ...(sessionToken ? { sessionToken } : {}),
    },
  );
  return sendHttp(url, { ...options, headers: signed.headers as Record<string, string> });
}

/** The services that take JSON, and how each is addressed. */
const jsonServices = {
  ssm: { version: '1.1', target: 'AmazonSSM' },
  events: { version: '1.1', target: 'AWSEvents' },
  dynamodb: { version: '1.0', target: 'DynamoDB_20120810' },
  sqs: { version: '1.0', target: 'AmazonSQS' },
} as const;

/** As {@link sendAws}, for an operation of a service that takes JSON. */
export function sendAwsJson(
  service: keyof typeof jsonServices,
  operation: string,
  input: object,
  options: { timeoutMs: number; connections?: KeptConnections },
): Promise<HttpAnswer> {
  const { version, target } = jsonServices[service];
  return sendAws(service, {
    method: 'POST',
    path: '/',
    headers: { 'Content-Type': `application/x-amz-json-${version}`, 'X-Amz-Target': `${target}.${operation}` },
    body: JSON.stringify(input),
    ...options,
  });
}

/** The name of the error in an answer that is none, perhaps behind a namespace and `#`; `''` where there is no name. */
export function errorTypeOf({ body }: HttpAnswer): string {
  return /"__type"\s*:\s*"([\w.#]+)"/.exec(body)?.[1] ?? '';
}

/** The services that functions call, and the part of `AWS_ENDPOINT_URL_…` that names each. */
const endpointVariables = {
  ssm: 'SSM',
  events: 'EVENTBRIDGE',
  scheduler: 'SCHEDULER',
  dynamodb: 'DYNAMODB',
  sqs: 'SQS',
} as const;

function endpointOf(service: keyof typeof endpointVariables, region: string): URL {
  const override = process.env[`AWS_ENDPOINT_URL_${endpointVariables[service]}`] || process.env['AWS_ENDPOINT_URL'];
  if (override) return new URL(override);
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return new URL(`https://${service}.${region}.${domain}`);
}
