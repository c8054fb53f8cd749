import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { text } from 'node:stream/consumers';
import { killProcess } from '../kill-process.ts';
import type { Client } from './client.ts';
import type { ProvenClient } from './client-rows.ts';
import { type CallMonitor, delayAnswer, grantCall, grantStatus, jwksCall, retryAfter } from './faults.ts';
import type { Signer } from './signer.ts';

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

/** The OAuth side of the embedded Scalekit: the grant, the JWKS, and the check of access tokens. */
export interface OAuth {
  /** Serves `POST /oauth/token` and `GET /keys`. */
  serve(request: Request, response: Response): Promise<void>;
  /** Whether the value of an `Authorization` header has a valid access token of this server. */
  isAuthorized(authorization: string | null): Promise<boolean>;
  /** Revokes all access tokens that were granted before. */
  revokeAccessTokens(): void;
}

const accessTokenSeconds = 86_400;

/** The parts of the environment that the OAuth side needs. */
interface Environment {
  readonly currentClient: () => Client;
  readonly proveClient: (id: string, secret: string) => ProvenClient | undefined;
  readonly monitor: CallMonitor;
  readonly signer: Signer;
}

/** Creates the OAuth side. */
export function createOAuth({ currentClient, proveClient, monitor, signer }: Environment): OAuth {
  let generation = 0;

  async function grant(request: Request, response: Response): Promise<void> {
    const form = new URLSearchParams(await text(request));
    if (form.get('grant_type') !== 'client_credentials')
      return json(response, 400, { error: 'unsupported_grant_type' });
    const [id, secret] = [form.get('client_id') ?? '', form.get('client_secret') ?? ''];
    const client = currentClient();
    if (id === client.clientId && sameText(secret, client.clientSecret)) {
      const access_token = await signer.sign({ sub: id, client_id: id, generation }, accessTokenSeconds);
      return json(response, 200, { access_token, token_type: 'Bearer', expires_in: accessTokenSeconds });
    }
    const proven = proveClient(id, secret);
    if (!proven) return json(response, 401, { error: 'invalid_client' });
    const { claims, scope, expirySeconds } = proven;
    const access_token = await signer.sign(claims, expirySeconds);
    json(response, 200, { access_token, token_type: 'Bearer', expires_in: expirySeconds, scope });
  }

  /** Runs a call under the fault that applies to it, if any. */
  async function faulty(call: string, request: Request, response: Response, run: () => unknown): Promise<void> {
    const fault = monitor.take(call);
    await delayAnswer(fault);
    if (fault?.kind === 'close') request.socket.destroy();
    if (fault?.kind === 'kill_before' || fault?.kind === 'kill_after') killProcess();
    if (!fault || fault.kind === 'slow') {
      await run();
      return;
    }
    const status = grantStatus[fault.kind];
    if (status !== undefined) json(response, status, { error: 'temporarily_unavailable' }, retryAfter(fault));
  }

  return {
    revokeAccessTokens() {
      generation++;
    },
    async serve(request, response) {
      const { pathname } = new URL(request.url ?? '/', 'http://embedded');
      if (pathname === '/oauth/token' && request.method === 'POST')
        return faulty(grantCall, request, response, () => grant(request, response));
      if (pathname === '/keys' && request.method === 'GET')
        return faulty(jwksCall, request, response, () => json(response, 200, signer.jwks()));
      json(response, 404, { error: 'not_found' });
    },
    async isAuthorized(authorization) {
      const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
      const payload = token === undefined ? undefined : await signer.verify(token);
      return payload?.sub === currentClient().clientId && payload['generation'] === generation;
    },
  };
}

function json(response: Response, status: number, body: unknown, headers: Record<string, string> = {}): void {
  (response as ServerResponse).writeHead(status, { 'Content-Type': 'application/json', ...headers }); // HTTP/2's takes the same
  response.end(JSON.stringify(body));
}

function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
