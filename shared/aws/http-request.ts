import { type Agent, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { KeptConnections } from './kept-connections.ts';

/** An HTTP response. The body is decoded as UTF-8. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** The Retry-After header, if there is one. */
  readonly retryAfter?: string | undefined;
}

/** A service answered with an unexpected status. */
export class UnexpectedStatus extends Error {
  override readonly name = 'UnexpectedStatus';
  /** The HTTP status. */
  readonly code: number;
  readonly retryAfter: string | undefined;
  constructor(service: string, { status, retryAfter }: HttpAnswer) {
    super(`${service} answered ${status}`);
    this.code = status;
    this.retryAfter = retryAfter;
  }
}

interface RequestOptions {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly timeoutMs: number;
}

/**
 * Sends one HTTP/1.1 request and reads the whole answer, within `timeoutMs` overall.
 * It uses node:http, because the first use of fetch adds 10–20 ms to a cold start.
 * Rejects with the socket's error, or with code `ETIMEDOUT`; resolves with any status.
 * With `connections` a connection is reused. If it turns out to be dead, the request is sent once more on a new connection: only
 * for requests that are safe to repeat.
 */
export async function sendHttp(
  url: URL,
  { connections, ...options }: RequestOptions & { readonly connections?: KeptConnections | undefined },
): Promise<HttpAnswer> {
  // A new connection: a kept one may have died while Lambda had the process frozen.
  if (!connections) return send(url, options, false);
  const startedAt = Date.now();
  try {
    return await send(url, options, connections.agentFor(url));
  } catch (error) {
    const leftMs = options.timeoutMs - (Date.now() - startedAt);
    if (!(error instanceof DeadConnection) || leftMs <= 0) throw error;
    connections.dropIdle();
    return send(url, { ...options, timeoutMs: leftMs }, connections.agentFor(url));
  }
}

/** A kept connection broke before an answer arrived. */
class DeadConnection extends Error {
  override readonly name = 'DeadConnection';
}

function send(
  url: URL,
  { method, headers, body, timeoutMs }: RequestOptions,
  agent: Agent | false,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const newRequest = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = newRequest(url, { method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', finish);
      response.on('end', () => {
        finish();
        const body = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, body, retryAfter: response.headers['retry-after'] });
      });
    });
    const timer = setTimeout(
      () => request.destroy(Object.assign(new Error(`no answer in ${timeoutMs} ms`), { code: 'ETIMEDOUT' })),
      timeoutMs,
    );
    const finish = (error?: Error) => {
      clearTimeout(timer);
      if (error) reject(request.reusedSocket && isReset(error) ? new DeadConnection('reset', { cause: error }) : error);
    };
    request.on('error', finish);
    request.end(body);
  });
}

function isReset(error: Error): boolean {
  return 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}
