import { createClient, createNodeHttpClient, createTransport, type Transport } from './grpc.ts';
import { Http2Session } from './http2-session.ts';

/** The descriptor of a gRPC service. */
export type GrpcService = Parameters<typeof createClient>[0];

/** The one connection to Scalekit of this execution environment. */
export interface GrpcConnection {
  /** The client of the service at a base URL. It is kept, because making one per call would cost a tenth of the call. */
  clientOf(service: GrpcService, baseUrl: string): unknown;
  /** Connects ahead of a call. Never rejects: if it fails, the call tries again and reports the failure. */
  ready(baseUrl: string): Promise<void>;
}

interface Held {
  readonly baseUrl: string;
  readonly session: Http2Session;
  readonly transport: Transport;
  readonly clients: Map<GrpcService, unknown>;
}

/** Makes a connection. It reconnects when the base URL changes. */
export function grpcConnection(): GrpcConnection {
  let held: Held | undefined;
  const hold = (baseUrl: string) => {
    if (held?.baseUrl !== baseUrl) {
      held?.session.close();
      const session = new Http2Session(baseUrl);
      held = { baseUrl, session, transport: grpcTransport(baseUrl, session), clients: new Map() };
    }
    return held;
  };
  return {
    clientOf(service, baseUrl) {
      const { clients, transport } = hold(baseUrl);
      const client = clients.get(service) ?? createClient(service, transport);
      clients.set(service, client);
      return client;
    },
    async ready(baseUrl) {
      try {
        await hold(baseUrl).session.open();
      } catch {} // the call reports it
    },
  };
}

/** Like connect-node's own transport, but without compression: answers are small, and zlib takes milliseconds to load. */
function grpcTransport(baseUrl: string, session: Http2Session): Transport {
  const maxBytes = 4 * 1024 * 1024;
  return createTransport({
    baseUrl,
    httpClient: createNodeHttpClient({ httpVersion: '2', sessionProvider: () => session }),
    useBinaryFormat: true,
    interceptors: [],
    acceptCompression: [],
    sendCompression: null,
    compressMinBytes: maxBytes,
    readMaxBytes: maxBytes,
    writeMaxBytes: maxBytes,
  });
}
