import aws4 from 'aws4';
import { requireEnvironment } from '../environment.ts';
import { type HttpAnswer, sendHttp } from './http-request.ts';
import type { KeptConnections } from './kept-connections.ts';

/**
 * Calls an AWS API in the function's own region with the function's own credentials, both from the environment that Lambda sets.
 * A signer instead of an SDK client saves the authorizer about 100 ms of cold start. It honours `AWS_ENDPOINT_URL_<SERVICE>` and
 * `AWS_ENDPOINT_URL` as the AWS SDKs do. The local runtime verifies with another signer, `@smithy/signature-v4`, on purpose: so
 * it detects a fault of this one.
 */
export function sendAws(
  service: keyof typeof endpointVariables,
  options: {
    method: string;
    path: string;
    headers: Record<string, string>;
    body: string;
    timeoutMs: number;
    /** Connections that are reused. Only for calls that are safe to repeat. */
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

/** The services that accept JSON, with the protocol version and target of each. */
const jsonServices = {
  ssm: { version: '1.1', target: 'AmazonSSM' },
  events: { version: '1.1', target: 'AWSEvents' },
  dynamodb: { version: '1.0', target: 'DynamoDB_20120810' },
  sqs: { version: '1.0', target: 'AmazonSQS' },
} as const;

/** Like {@link sendAws}, for an operation of a service that accepts JSON. */
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

/** The name of the error in an error answer, sometimes after a namespace and `#`; `''` if there is no name. */
export function errorTypeOf({ body }: HttpAnswer): string {
  return /"__type"\s*:\s*"([\w.#]+)"/.exec(body)?.[1] ?? '';
}

/** The services that functions call, each with its name in `AWS_ENDPOINT_URL_…`. */
const endpointVariables = {
  ssm: 'SSM',
  events: 'EVENTBRIDGE',
  scheduler: 'SCHEDULER',
  dynamodb: 'DYNAMODB',
  sqs: 'SQS',
  apigateway: 'API_GATEWAY',
} as const;

function endpointOf(service: keyof typeof endpointVariables, region: string): URL {
  const override = process.env[`AWS_ENDPOINT_URL_${endpointVariables[service]}`] || process.env['AWS_ENDPOINT_URL'];
  if (override) return new URL(override);
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return new URL(`https://${service}.${region}.${domain}`);
}
