import { type ClientHttp2Session, type ClientHttp2Stream, connect, type OutgoingHttpHeaders } from 'node:http2';

/** After this long without a request a connection may have died unnoticed while Lambda had the process frozen. */
const maxIdleMs = 5_000;

/** A connection that is not open after this time is given up, so that another can be tried within a call's deadline. */
const connectTimeoutMs = 1_000;

/**
 * The HTTP/2 connection to one origin, for connect's transport. It is replaced after an idle period, a GOAWAY or a close, and
 * listens for errors as long as it exists. connect-node's own manager stops listening at a GOAWAY, and the error that follows
 * would end the process: https://github.com/connectrpc/connect-es/issues/1768. The open
 * https://github.com/connectrpc/connect-es/pull/1769 fixes this.
 */
export class Http2Session {
  readonly authority: string;
  #session: ClientHttp2Session | undefined;
  #usedAt = 0;

  constructor(baseUrl: string) {
    this.authority = new URL(baseUrl).origin;
  }

  /** Connects if there is no trusted connection. Rejects with the socket's error. */
  async open(): Promise<ClientHttp2Session> {
    const isTrusted = Date.now() - this.#usedAt <= maxIdleMs;
    if (this.#session && !isTrusted) this.#session.destroy();
    if (!this.#session || this.#session.closed || this.#session.destroyed) this.#session = this.#connect();
    this.#usedAt = Date.now();
    const session = this.#session;
    if (session.connecting) await connected(session);
    return session;
  }

  /** Opens a stream, which connect reads and writes. If a stream closes without a response, its connection is not reused. */
  async request(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders,
    options: object,
  ): Promise<ClientHttp2Stream> {
    const session = await this.open();
    const stream = session.request({ ...headers, ':method': method, ':path': path }, options);
    let isAnswered = false;
    stream.once('response', () => {
      isAnswered = true;
    });
    stream.once('close', () => {
      if (isAnswered) return;
      this.#retire(session);
      session.close(); // once its other streams are done
    });
    return stream;
  }

  /** Required by connect, which uses it to keep connections alive. We open new ones instead. */
  notifyResponseByteRead(): void {}

  /** Ends the connection once its streams are done. */
  close(): void {
    this.#session?.close();
  }

  #connect(): ClientHttp2Session {
    const session = connect(this.authority);
    const timer = setTimeout(() => session.destroy(), connectTimeoutMs);
    session.once('connect', () => clearTimeout(timer));
    session.on('error', () => {}); // its streams report it to their callers
    session.once('goaway', () => this.#retire(session));
    session.once('close', () => {
      clearTimeout(timer);
      this.#retire(session);
    });
    return session;
  }

  #retire(session: ClientHttp2Session): void {
    if (this.#session === session) this.#session = undefined;
  }
}

function connected(session: ClientHttp2Session): Promise<void> {
  return new Promise((resolve, reject) => {
    session.once('connect', () => resolve());
    session.once('error', reject);
    session.once('close', () => reject(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })));
  });
}
