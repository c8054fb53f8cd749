import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { ScalekitClient } from '../../local/scalekit/sdk.ts';

// The client of the APIs and the control URL, for all tests and benches.

/** An answer as received. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at whatever came back
  readonly json: any;
}

export type HeaderValues = Readonly<Record<string, string | string[]>>;

/** Sends one request below a URL. The path, header names and header values are sent exactly as given. */
export function exchange(
  baseUrl: string,
  method: string,
  path: string,
  headers: HeaderValues = {},
  body?: string | Buffer,
  agent: Agent | false = false,
): Promise<Answer> {
  const url = new URL(baseUrl);
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const target = url.pathname.replace(/\/$/, '') + path;
  return new Promise((resolve, reject) => {
    const { hostname, port } = url;
    const sent = request({ hostname, port, method, path: target, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const isJson = text !== '' && /json/.test(response.headers['content-type'] ?? '');
        const json = isJson ? JSON.parse(text) : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The header that carries a key. */
export function bearer(key: string | null): { Authorization: string } {
  return { Authorization: `Bearer ${key}` };
}

/** A body with its content headers. A string is also sent as JSON. */
export function encode(body: unknown): { headers: Record<string, string>; text?: string } {
  if (body === undefined) return { headers: {} };
  const isForm = body instanceof URLSearchParams;
  const text = isForm || typeof body === 'string' ? String(body) : JSON.stringify(body);
  const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
  return { headers: { 'Content-Type': type, 'Content-Length': String(Buffer.byteLength(text)) }, text };
}

/** A client with open connections, for benches: they measure the answer, not the handshake. */
export function warmClientOf(deployment: Deployment) {
  const agent = new Agent({ keepAlive: true });
  return clientOf(
    () => deployment,
    (method, path, headers, body) => exchange(deployment.apiUrl, method, path, headers, body, agent),
  );
}

/** Sends to the customers' API. */
export type Send = (method: string, path: string, headers?: HeaderValues, body?: string) => Promise<Answer>;

/** The facts about a deployment that a client needs. */
interface Deployment {
  readonly apiUrl: string;
  readonly adminKey: string | null;
  readonly controlUrl: string | null;
  readonly controlToken: string | null;
}

export interface NewKey {
  readonly key: string;
  readonly keyId: string;
}

/** A client of the current deployment. A test may start another one later. */
export function clientOf(
  deployment: () => Deployment,
  send: Send = (method, path, headers, body) => exchange(deployment().apiUrl, method, path, headers, body),
) {
  /** Sends one request with a key. */
  const call = (key: string | null, method: string, path: string, body?: unknown): Promise<Answer> => {
    const { headers, text } = encode(body);
    return send(method, path, { ...bearer(key), ...headers }, text);
  };
  const control = controlOf(deployment);
  return {
    call,
    /** Creates a key, by default with the admin's. */
    newKey: async (body: object = {}, maker = deployment().adminKey): Promise<NewKey> => {
      const created = await call(maker, 'POST', '/keys', body);
      if (created.status !== 201) throw new Error(`POST /keys was answered ${created.status}: ${created.text}`);
      return created.json;
    },
    isGood: async (key: string | null) => (await call(key, 'GET', '/whoami')).status === 200,
    control,
    /** Sets a fault of the embedded Scalekit, or removes it. */
    fault: (fault: object | undefined) => control(fault ? 'PUT' : 'DELETE', '/scalekit/fault', fault),
  };
}

/** A client of the current runtime's control URL. Throws when a call is refused. */
export function controlOf(runtime: () => Pick<Deployment, 'controlUrl' | 'controlToken'>) {
  return async (method: 'GET' | 'PUT' | 'POST' | 'DELETE', path = '/', body?: unknown): Promise<Answer['json']> => {
    const { headers, text } = encode(body);
    const { controlUrl, controlToken } = runtime();
    const answer = await exchange(controlUrl ?? '', method, path, { ...bearer(controlToken), ...headers }, text);
    if (answer.status < 300) return answer.json;
    throw new Error(`${method} ${path} of the control URL was answered ${answer.status}: ${answer.text}`);
  };
}

/** The unmodified SDK. */
export function sdkOf(scalekit: { environmentUrl: string; clientId: string; clientSecret: string }): ScalekitClient {
  return new ScalekitClient(scalekit.environmentUrl, scalekit.clientId, scalekit.clientSecret);
}
