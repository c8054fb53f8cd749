import type { Transport } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';

/** After this long without a call the connection may have died unnoticed while Lambda had the process frozen. */
const maxIdleMs = 5_000;

/** Hands out the gRPC transport of one base URL, on a connection that is rebuilt after an idle spell. */
export function grpcConnection(): (baseUrl: string) => Transport {
  let current: { baseUrl: string; transport: Transport; session: Http2SessionManager; usedAt: number } | undefined;
  return (baseUrl) => {
    const now = Date.now();
    if (!current || current.baseUrl !== baseUrl || now - current.usedAt > maxIdleMs) {
      current?.session.abort();
      const session = new Http2SessionManager(baseUrl);
      current = { baseUrl, session, usedAt: now, transport: createGrpcTransport({ baseUrl, sessionManager: session }) };
    }
    current.usedAt = now;
    return current.transport;
  };
}
