/**
 * http/ has what several rooms need of HTTP: header fields as they came in, and small JSON servers. The way in to a server
 * is `serveJson`, or `serveCalls` for a table of calls. Both answer requests that name localhost only.
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

/** What a request is answered with. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly contentType?: string;
}

/** Serves `handle`, which is given the body's bytes; an exception is a 500, and a body that is a string is sent as it is. */
export async function serveJson(
  handle: (request: IncomingMessage, body: Buffer) => Promise<JsonAnswer>,
): Promise<JsonServer> {
  const server = createServer((request, response) => {
    if (!isOfThisMachine(request.headers)) {
      request.resume();
      return write(response, {
        status: 403,
        body: { message: 'for localhost only, and not for pages of other sites' },
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

/** Parses a body; one that is not JSON is `undefined`. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** A page of another site must not reach this: neither by a name that leads to 127.0.0.1, nor by the address. */
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
