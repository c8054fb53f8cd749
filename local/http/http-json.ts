/**
 * http/ has the HTTP code that several folders share: header fields as received, and small JSON servers. The entry points are
 * `serveJson`, and `serveCalls` for a table of calls. Both refuse requests that do not name localhost.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A small JSON-over-HTTP server on a free port of 127.0.0.1. */
export interface JsonServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** The answer to a request. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly contentType?: string;
}

/** Serves `handle`, which gets the body's bytes. An exception is a 500. A string as an answer's body is sent as it is. */
export async function serveJson(
  handle: (request: IncomingMessage, body: Buffer) => Promise<JsonAnswer>,
): Promise<JsonServer> {
  const server = createServer((request, response) => {
    if (!isOfThisMachine(request.headers)) {
      request.resume();
      return write(response, {
        status: 403,
        body: { message: 'This server answers localhost only, and no pages of other sites.' },
      });
    }
    void buffer(request)
      .then((body) => handle(request, body))
      .catch((error: unknown): JsonAnswer => ({ status: 500, body: { message: String(error) } }))
      .then((answer) => write(response, answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Parses a body; `undefined` if it is not JSON. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Keeps out pages of other sites: the host must be localhost (not a name that resolves to it), and so must any origin. */
export function isOfThisMachine({
  host,
  origin,
}: {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
}): boolean {
  const isLocal = (name: string) => /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(name);
  return isLocal(host ?? '') && (origin === undefined || isLocal(origin.replace(/^http:\/\//, '')));
}

function write(response: ServerResponse, { status, body, contentType = 'application/json' }: JsonAnswer): void {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(text) }).end(text);
}
