import { type ClientHttp2Session, type ClientHttp2Stream, connect, type OutgoingHttpHeaders } from 'node:http2';

/** After this long without a request a connection may have died unnoticed while Lambda had the process frozen. */
const maxIdleMs = 5_000;

/** A connection that is not made in this time is given up, so that another can be tried within a call's deadline. */
const connectTimeoutMs = 1_000;

/**
 * The HTTP/2 connection to one origin, for connect's transport. It is made anew after an idle spell, a GOAWAY or an end,
 * and listens for errors as long as it lives: connect-node's own manager stops listening at a GOAWAY, and the error that
 * follows it would end the process: https://github.com/connectrpc/connect-es/issues/1768, mended by the open
 * https://github.com/connectrpc/connect-es/pull/1769.
 */
export class Http2Session {
  readonly authority: string;
  #session: ClientHttp2Session | undefined;
  #usedAt = 0;

  constructor(baseUrl: string) {
    this.authority = new URL(baseUrl).origin;
  }

  /** Connects if there is no connection to trust; rejects with the socket's error. */
  async open(): Promise<ClientHttp2Session> {
    const isTrusted = Date.now() - this.#usedAt <= maxIdleMs;
    if (this.#session && !isTrusted) this.#session.destroy();
    if (!this.#session || this.#session.closed || this.#session.destroyed) this.#session = this.#connect();
    this.#usedAt = Date.now();
    const session = this.#session;
    if (session.connecting) await connected(session);
    return session;
  }

  /** Opens a stream; connect reads and writes it. A connection on which one ends without an answer is not used again. */
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

  /** Asked for by connect, which keeps connections alive with it. We make new ones instead. */
  notifyResponseByteRead(): void {}

  /** Ends the connection once its streams are done. */
  close(): void {
    this.#session?.close();
  }

  #connect(): ClientHttp2Session {
    const session = connect(this.authority);
    const timer = setTimeout(() => session.destroy(), connectTimeoutMs);
    session.once('connect', () => clearTimeout(timer));
    session.on('error', () => {}); // its streams report it to whoever waits
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
