import { type ClientHttp2Session, type ClientHttp2Stream, connect, type OutgoingHttpHeaders } from 'node:http2';

/** After this long without a request a connection may have died unnoticed while Lambda had the process frozen. */
const maxIdleMs = 5_000;

/**
 * The HTTP/2 connection to one origin, for connect's transport. It is made anew after an idle spell, a GOAWAY or an end,
 * and listens for errors as long as it lives: connect-node's own manager stops listening at a GOAWAY, and the error that
 * follows it would end the process.
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

  /** Opens a stream; connect reads and writes it. */
  async request(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders,
    options: object,
  ): Promise<ClientHttp2Stream> {
    return (await this.open()).request({ ...headers, ':method': method, ':path': path }, options);
  }

  /** Asked for by connect, which keeps connections alive with it. We make new ones instead. */
  notifyResponseByteRead(): void {}

  #connect(): ClientHttp2Session {
    const session = connect(this.authority);
    session.on('error', () => {}); // its streams report it to whoever waits
    const retire = () => {
      if (this.#session === session) this.#session = undefined;
    };
    session.once('goaway', retire).once('close', retire);
    return session;
  }
}

function connected(session: ClientHttp2Session): Promise<void> {
  return new Promise((resolve, reject) => {
    session.once('connect', () => resolve());
    session.once('error', reject);
    session.once('close', () => reject(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })));
  });
}
