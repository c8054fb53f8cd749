import { createServer as createHttp1Server, type RequestListener } from 'node:http';
import {
  constants,
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Certificate } from './certificate.ts';

const http2Preface = Buffer.from('PRI * HTTP/2.0');

/** How connections are ended: by a FIN, a RST, or HTTP/2's GOAWAY with a close soon after. */
export type ConnectionEnd = 'fin' | 'rst' | 'goaway';

/** Servers of the same handlers, and a way to end their connections. */
export interface DualProtocolServer {
  readonly server: Server;
  /** The same over TLS, if there is a certificate. */
  readonly tlsServer: Server | undefined;
  readonly endConnections: (how: ConnectionEnd) => void;
}

/**
 * A server that speaks HTTP/1.1 and HTTP/2 on one port, as the Scalekit SDKs expect of their one base URL. Without TLS, the first
 * bytes of a connection select the protocol (prior knowledge). With TLS, ALPN does.
 */
export function createDualProtocolServer(
  http1: RequestListener,
  http2: (request: Http2ServerRequest, response: Http2ServerResponse) => void,
  certificate?: Certificate,
): DualProtocolServer {
  const http1Server = createHttp1Server(http1);
  const http2Server = createHttp2Server(http2);
  http2Server.on('sessionError', () => {}); // a client that went away
  const sessions = new Set<ServerHttp2Session>();
  http2Server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  const sockets = new Set<Socket>();
  const follow = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => {}); // a client that went away
  };
  const accept = (socket: Socket, isHttp2: boolean) => (isHttp2 ? http2Server : http1Server).emit('connection', socket);
  const server = createServer((socket) => {
    follow(socket);
    socket.once('data', (chunk) => {
      socket.pause();
      socket.unshift(chunk);
      const isHttp2 = http2Preface.equals(chunk.subarray(0, http2Preface.length));
      accept(socket, isHttp2);
      if (!isHttp2) socket.resume(); // an HTTP/2 session takes over the paused socket
    });
  });
  const tlsServer =
    certificate &&
    createTlsServer({ ...certificate, ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
      socket.on('error', () => {}); // a client that went away
      accept(socket, socket.alpnProtocol === 'h2');
    }).on('connection', follow);
  return {
    server,
    tlsServer,
    endConnections: (how) => {
      if (how === 'goaway') {
        for (const session of sessions) {
          if (session.destroyed) continue; // its `close` event follows
          session.goaway(constants.NGHTTP2_NO_ERROR);
          setTimeout(() => session.destroy(), 50);
        }
      }
      for (const socket of sockets) {
        if (how === 'fin') socket.end();
        if (how === 'rst') socket.resetAndDestroy();
      }
    },
  };
}
