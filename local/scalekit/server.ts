/**
 * scalekit/ is a Scalekit environment on localhost: OAuth and gRPC on one port, for the unmodified SDK, with its data in
 * a SQLite file. The entry point is `startEmbeddedScalekit`. It stores a hash of each plain key, never the plain key.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import type { Http2ServerRequest, Http2ServerResponse, ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { DatabaseSync } from 'node:sqlite';
import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { OrganizationService } from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/organizations/organizations_pb.js';
import { ApiTokenService } from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/tokens/tokens_pb.js';
import { UserService } from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/users/users_pb.js';
import { isOfThisMachine } from '../http/http-json.ts';
import type { Client } from './client.ts';
import { openDatabase } from './database.ts';
import { type ConnectionEnd, createDualProtocolServer } from './dual-protocol-server.ts';
import { withErrorInfo } from './error-details.ts';
import { CallMonitor, delayAnswer, failRpc } from './faults.ts';
import { newId, newSecret } from './ids.ts';
import { createOAuth } from './oauth.ts';
import { organizationService } from './organizations.ts';
import { type Mutation, tokenService } from './tokens.ts';
import { userService } from './users.ts';

/** A Scalekit environment on localhost, for the unmodified SDK. */
export interface EmbeddedScalekit {
  readonly environmentUrl: string;
  readonly client: Client;
  readonly monitor: CallMonitor;
  /** All changes of tokens since the start. */
  readonly mutations: readonly Mutation[];
  /** Replaces the client's secret. The old secret, and access tokens granted for it, are refused from then on. */
  rotateClientSecret(): Client;
  /** Ends the open connections; new ones are accepted. */
  readonly endConnections: (how: ConnectionEnd) => void;
  readonly close: () => Promise<void>;
}

/** Starts the embedded Scalekit on 127.0.0.1, with its data in a SQLite file (`:memory:` for none). */
export async function startEmbeddedScalekit(options: {
  databaseFile: string;
  port?: number;
}): Promise<EmbeddedScalekit> {
  const database = openDatabase(options.databaseFile);
  const monitor = new CallMonitor();
  const mutations: Mutation[] = [];
  const oauth = await createOAuth(() => readClient(database), monitor);
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
    routes(router) {
      router.service(
        ApiTokenService,
        tokenService(database, (mutation) => mutations.push(mutation)),
      );
      router.service(OrganizationService, organizationService(database));
      router.service(UserService, userService(database, 'env_embedded'));
    },
  });
  const { server, endConnections } = createDualProtocolServer(
    (request, response) => {
      if (!isOfThisMachine(request.headers)) response.writeHead(403).end();
      else void oauth.serve(request, response).catch(() => response.destroy());
    },
    // No check here: a browser does not speak HTTP/2 without TLS.
    (request: Http2ServerRequest, response: Http2ServerResponse) =>
      requests.run(request, () => grpc(request, response)),
  );
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  return {
    environmentUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
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
      server.close();
      endConnections('rst');
      await once(server, 'close');
      database.close();
    },
  };
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
