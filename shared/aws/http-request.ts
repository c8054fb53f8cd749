import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** What came back over HTTP; the body as UTF-8 text. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** A service answered with a status that is none of those expected. */
export class UnexpectedStatus extends Error {
  override readonly name = 'UnexpectedStatus';
  /** The status. */
  readonly code: number;
  constructor(service: string, status: number) {
    super(`${service} answered ${status}`);
    this.code = status;
  }
}

/**
 * Sends one HTTP/1.1 request and reads the whole answer, within `timeoutMs` overall.
 * node:http rather than fetch: the first use of fetch adds 10–20 ms to a cold start.
 * Rejects with the socket's error, or with code `ETIMEDOUT`; any status is an answer.
 */
export function sendHttp(
  url: URL,
  options: { method: string; headers: Record<string, string>; body: string; timeoutMs: number },
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    // A connection of its own: one kept alive may have died while Lambda had the process frozen.
    const request = send(url, { method: options.method, headers: options.headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', finish);
      response.on('end', () => {
        finish();
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
      });
    });
    const timer = setTimeout(
      () => request.destroy(Object.assign(new Error(`no answer in ${options.timeoutMs} ms`), { code: 'ETIMEDOUT' })),
      options.timeoutMs,
    );
    const finish = (error?: Error) => {
      clearTimeout(timer);
      if (error) reject(error);
    };
    request.on('error', finish);
    request.end(options.body);
  });
}
