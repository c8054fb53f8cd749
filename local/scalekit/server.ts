/**
 * scalekit/ is a Scalekit environment on localhost: OAuth and gRPC on one port, for the unmodified SDK, with its data in
 * a SQLite file. The entry point is `startEmbeddedScalekit`. It stores a hash of each plain key, never the plain key.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import type { Http2ServerRequest, Http2ServerResponse, ServerHttp2Stream } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import type { DatabaseSync } from 'node:sqlite';
import { Code, ConnectError, type ConnectRouter, type Interceptor } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { ClientService } from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/clients/clients_pb.js';
import { OrganizationService } from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/organizations/organizations_pb.js';
import { SessionService } from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/sessions/sessions_pb.js';
import { ApiTokenService } from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/tokens/tokens_pb.js';
import { UserService } from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/users/users_pb.js';
import type { z } from 'zod';
import { isOfThisMachine } from '../http/http-json.ts';
import type { Certificate } from './certificate.ts';
import type { Client } from './client.ts';
import { proveClient } from './client-rows.ts';
import { openDatabase } from './database.ts';
import { type ConnectionEnd, createDualProtocolServer } from './dual-protocol-server.ts';
import { refuseCall, withErrorInfo } from './error-details.ts';
import { CallMonitor, delayAnswer, failRpc } from './faults.ts';
import { newId, newSecret } from './ids.ts';
import { createOAuth } from './oauth.ts';
import { clientService } from './organization-clients.ts';
import { organizationService } from './organizations.ts';
import { type SignedIn, type SignInSchema, sessionService, signIn } from './sessions.ts';
import { createSigner, type Signer } from './signer.ts';
import { type Mutation, tokenService } from './tokens.ts';
import { userService } from './users.ts';

/** A Scalekit environment on localhost, for the unmodified SDK. */
export interface EmbeddedScalekit {
  readonly environmentUrl: string;
  /** The same over TLS, if there is a certificate. */
  readonly tlsUrl: string | undefined;
  readonly client: Client;
  readonly monitor: CallMonitor;
  /** All changes of tokens since the start. */
  readonly mutations: readonly Mutation[];
  /** Replaces the client's secret. The old secret, and access tokens granted for it, are refused from then on. */
  rotateClientSecret(): Client;
  /** Signs tokens, and publishes the public keys. */
  readonly signer: Signer;
  /** Begins a session of a user. */
  signIn(wanted: z.output<typeof SignInSchema>): Promise<SignedIn>;
  /** Ends the open connections; new ones are accepted. */
  readonly endConnections: (how: ConnectionEnd) => void;
  readonly close: () => Promise<void>;
}

/**
 * Starts the embedded Scalekit on 127.0.0.1, with its data in a SQLite file (`:memory:` for none). With a certificate it also
 * serves TLS, on `port`, for SDKs that use nothing else.
 */
export async function startEmbeddedScalekit(options: {
  databaseFile: string;
  tls?: { readonly certificate: Certificate; readonly port: number };
}): Promise<EmbeddedScalekit> {
  const database = openDatabase(options.databaseFile);
  const monitor = new CallMonitor();
  const mutations: Mutation[] = [];
  let environmentUrl = '';
  const signer = await createSigner(() => environmentUrl);
  const oauth = createOAuth({
    currentClient: () => readClient(database),
    proveClient: (id, secret) => proveClient(database, id, secret),
    monitor,
    signer,
  });
  const requests = new AsyncLocalStorage<Http2ServerRequest>();

  const guard: Interceptor = (next) => async (request) => {
    const fault = monitor.take(request.method.name);
    if (fault) await failRpc(fault, exchangeOn(requests.getStore()?.stream));
    if (!(await oauth.isAuthorized(request.header.get('authorization')))) {
      throw new ConnectError('access token is missing, expired or unknown', Code.Unauthenticated);
    }
    try {
      return await next(request);
    } finally {
      await delayAnswer(fault);
    }
  };
  const grpc = connectNodeAdapter({
    interceptors: [withErrorInfo, guard],
    fallback: ({ url }, response) => refuseCall((response as Http2ServerResponse).stream, url ?? ''),
    routes: (router) => addServices(router, database, mutations),
  });
  const { server, tlsServer, endConnections } = createDualProtocolServer(
    (request, response) => {
      if (!isOfThisMachine(request.headers)) response.writeHead(403).end();
      else void oauth.serve(request, response).catch(() => response.destroy());
    },
    // No check here: without TLS a browser does not speak HTTP/2, and with TLS the certificate has only the names of this machine.
    (request: Http2ServerRequest, response: Http2ServerResponse) =>
      isGrpc(request)
        ? requests.run(request, () => grpc(request, response))
        : void oauth.serve(request, response).catch(() => response.stream.destroy()),
    options.tls?.certificate,
  );
  environmentUrl = `http://127.0.0.1:${await listen(server, 0)}`;
  const tlsPort = tlsServer && (await listen(tlsServer, options.tls?.port ?? 0));
  return {
    environmentUrl,
    signer,
    signIn: (wanted) => signIn(database, signer, wanted),
    tlsUrl: tlsPort === undefined ? undefined : `https://localhost:${tlsPort}`,
    client: readClient(database),
    monitor,
    mutations,
    rotateClientSecret() {
      oauth.revokeAccessTokens();
      database.prepare('UPDATE client SET secret = ?').run(newSecret());
      return readClient(database);
    },
    endConnections,
    async close() {
      const listening = [server, ...(tlsServer ? [tlsServer] : [])];
      const closed = listening.map((one) => once(one.close(), 'close'));
      endConnections('rst');
      await Promise.all(closed);
      database.close();
    },
  };
}

function addServices(router: ConnectRouter, database: DatabaseSync, mutations: Mutation[]): void {
  router.service(
    ApiTokenService,
    tokenService(database, (mutation) => mutations.push(mutation)),
  );
  router.service(OrganizationService, organizationService(database));
  router.service(UserService, userService(database, 'env_embedded'));
  router.service(SessionService, sessionService(database));
  router.service(ClientService, clientService(database));
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function isGrpc({ headers }: Http2ServerRequest): boolean {
  return headers['content-type']?.startsWith('application/grpc') ?? false;
}

function exchangeOn(stream: ServerHttp2Stream | undefined) {
  return {
    closeConnection: () => stream?.session?.destroy(),
    answer: (status: number, headers: Readonly<Record<string, string>>) =>
      stream?.respond({ ...headers, ':status': status }, { endStream: true }),
  };
}

function readClient(database: DatabaseSync): Client {
  const row = database.prepare('SELECT client_id, secret FROM client').get() as
    | { client_id: string; secret: string }
    | undefined;
  if (row) return { clientId: row.client_id, clientSecret: row.secret };
  database.prepare('INSERT INTO client (client_id, secret) VALUES (?, ?)').run(newId('skc'), newSecret());
  return readClient(database);
}
