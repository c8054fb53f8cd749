import { createGrpcTransport, Http2SessionManager, type SessionManager, type Transport } from './grpc.cjs';

/** After this long without a call the connection may have died unnoticed while Lambda had the process frozen. */
const maxIdleMs = 5_000;

/** The one connection to Scalekit of this execution environment. */
export interface GrpcConnection {
  /** The transport to a base URL; on a connection of its own after an idle spell, or for another URL. */
  transportTo(baseUrl: string): Transport;
  /** Connects ahead of the first call; never fails. */
  open(baseUrl: string): void;
}

interface Held {
  readonly baseUrl: string;
  readonly session: SessionManager;
  readonly transport: Transport;
  usedAt: number;
}

/** Makes a connection that survives a freeze: what was idle is thrown away rather than trusted. */
export function grpcConnection(): GrpcConnection {
  let held: Held | undefined;
  const hold = (baseUrl: string): Held => {
    const now = Date.now();
    if (!held || held.baseUrl !== baseUrl || now - held.usedAt > maxIdleMs) {
      held?.session.abort();
      const session = new Http2SessionManager(baseUrl);
      held = { baseUrl, session, transport: createGrpcTransport({ baseUrl, sessionManager: session }), usedAt: now };
    }
    held.usedAt = now;
    return held;
  };
  return {
    transportTo: (baseUrl) => hold(baseUrl).transport,
    open(baseUrl) {
      void hold(baseUrl)
        .session.connect()
        .catch(() => {}); // the first call tries again, and answers for it
    },
  };
}
