import { randomUUID, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { killProcess } from '../kill-process.ts';
import type { Client } from './client.ts';
import { type CallMonitor, delayAnswer, grantCall, grantStatus, retryAfter } from './faults.ts';

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

/** Creates the OAuth side, with its own signing key that lives as long as the process. */
export async function createOAuth(currentClient: () => Client, monitor: CallMonitor): Promise<OAuth> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'embedded', alg: 'RS256', use: 'sig' };

  let generation = 0;

  async function grant(request: Request, response: Response): Promise<void> {
    const fault = monitor.take(grantCall);
    await delayAnswer(fault);
    if (fault?.kind === 'close') request.socket.destroy();
    if (fault?.kind === 'kill_before' || fault?.kind === 'kill_after') killProcess();
    if (fault && fault.kind !== 'slow') {
      const status = grantStatus[fault.kind];
      if (status === undefined) return;
      return json(response, status, { error: 'temporarily_unavailable' }, retryAfter(fault));
    }
    const form = new URLSearchParams(await text(request));
    if (form.get('grant_type') !== 'client_credentials')
      return json(response, 400, { error: 'unsupported_grant_type' });
    const client = currentClient();
    if (form.get('client_id') !== client.clientId || !sameText(form.get('client_secret') ?? '', client.clientSecret)) {
      return json(response, 401, { error: 'invalid_client' });
    }
    const access_token = await new SignJWT({ client_id: client.clientId, generation })
      .setProtectedHeader({ alg: 'RS256', kid: jwk.kid })
      .setSubject(client.clientId)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime(`${accessTokenSeconds}s`)
      .sign(privateKey);
    json(response, 200, { access_token, token_type: 'Bearer', expires_in: accessTokenSeconds });
  }

  return {
    revokeAccessTokens() {
      generation++;
    },
    async serve(request, response) {
      const { pathname } = new URL(request.url ?? '/', 'http://embedded');
      if (pathname === '/oauth/token' && request.method === 'POST') return grant(request, response);
      if (pathname === '/keys' && request.method === 'GET') return json(response, 200, { keys: [jwk] });
      json(response, 404, { error: 'not_found' });
    },
    async isAuthorized(authorization) {
      const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
      if (!token) return false;
      return jwtVerify(token, publicKey).then(
        ({ payload }) => payload.sub === currentClient().clientId && payload['generation'] === generation,
        () => false,
      );
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
