import { createGrpcTransport, type Transport } from './grpc.cjs';
import { Http2Session } from './http2-session.ts';

/** The one connection to Scalekit of this execution environment. */
export interface GrpcConnection {
  /** The transport to a base URL; the same one as long as the URL is the same. */
  transportTo(baseUrl: string): Transport;
  /** Connects ahead of the first call; never fails. */
  open(baseUrl: string): void;
}

/** Makes a connection that follows the base URL when it changes. */
export function grpcConnection(): GrpcConnection {
  let held: { baseUrl: string; session: Http2Session; transport: Transport } | undefined;
  const hold = (baseUrl: string) => {
    if (held?.baseUrl !== baseUrl) {
      held?.session.close();
      const session = new Http2Session(baseUrl);
      held = { baseUrl, session, transport: createGrpcTransport({ baseUrl, sessionManager: session }) };
    }
    return held;
  };
  return {
    transportTo: (baseUrl) => hold(baseUrl).transport,
    open(baseUrl) {
      hold(baseUrl)
        .session.open()
        .catch(() => {}); // the first call tries again, and answers for it
    },
  };
}
