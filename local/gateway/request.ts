import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type HeaderFields, headerFields, valuesOf } from '../http/header-fields.ts';

/** API Gateway's limit on a payload. */
const maxBodyBytes = 10 * 1024 * 1024;

/** A request as the gateway sees it, before routing. */
export interface GatewayRequest {
  readonly requestId: string;
  /** `x-amz-apigw-id`. */
  readonly extendedRequestId: string;
  readonly traceId: string;
  readonly receivedAt: number;
  readonly method: string;
  /** The request target as sent: path and query, not decoded. */
  readonly target: string;
  /** The first path segment, which names the stage. */
  readonly stage: string;
  /** Without the stage, not decoded, with one leading slash. */
  readonly path: string;
  /** With the stage, as sent. */
  readonly contextPath: string;
  readonly query: HeaderFields;
  readonly headers: HeaderFields;
  readonly sourceIp: string;
  readonly protocol: string;
}

/** Reads a request without its body. */
export function readRequest(message: IncomingMessage): GatewayRequest {
  const [rawPath = '/', ...queryParts] = (message.url ?? '/').split('?');
  const [, stage = '', rest = ''] = /^\/*([^/]*)(.*)$/s.exec(rawPath) ?? [];
  const headers = headerFields(message.rawHeaders);
  return {
    requestId: randomUUID(),
    extendedRequestId: `${randomBytes(11).toString('base64url')}=`,
    traceId: traceIdOf(headers),
    receivedAt: Date.now(),
    method: message.method ?? 'GET',
    target: message.url ?? '/',
    stage,
    path: `/${rest.replace(/^\/+/, '')}`,
    contextPath: `/${stage}${rest === '' ? '/' : rest}`,
    query: [...new URLSearchParams(queryParts.join('?'))],
    headers,
    sourceIp: message.socket.remoteAddress ?? '127.0.0.1',
    protocol: `HTTP/${message.httpVersion}`,
  };
}

/** Reads the body as bytes; `too-large` when it exceeds the limit. Rejects when the client goes away. */
export async function readBody(message: IncomingMessage): Promise<Buffer | 'too-large'> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxBodyBytes) chunks.push(chunk);
  }
  return size > maxBodyBytes ? 'too-large' : Buffer.concat(chunks);
}

/** The client's trace id, with a parent added if it has none; a new trace id if the client sent none. */
function traceIdOf(headers: HeaderFields): string {
  const [sent] = valuesOf(headers, 'x-amzn-trace-id');
  if (!sent) return `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
  return /(^|;)Parent=/.test(sent) ? sent : `${sent};Parent=${randomBytes(8).toString('hex')}`;
}
