import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import sdk from '@scalekit-sdk/node';
import { expect, inject } from 'vitest';
import { checkAgainstContract } from '../contract-check.ts';

export const target = inject('target');

/** Scalekit itself, by the unmodified SDK. */
export const scalekit = new sdk.ScalekitClient(
  target.scalekit.environmentUrl,
  target.scalekit.clientId,
  target.scalekit.clientSecret,
);

/** Every plain key that an answer held. */
export const plainKeys = new Set<string>();

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at whatever came back
  readonly json: any;
}

type Headers = Record<string, string | string[]>;

/**
 * Sends one request; header names and values, and the path, go out exactly as given. An answer that is not one of the
 * contract throws.
 */
export async function send(
  method: string,
  path: string,
  headers: Headers = {},
  body?: string | Buffer,
): Promise<Answer> {
  const answer = await exchange(method, path, headers, body);
  checkAgainstContract(method, path, answer);
  return answer;
}

function exchange(method: string, path: string, headers: Headers, body?: string | Buffer): Promise<Answer> {
  const url = new URL(target.apiUrl);
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const { hostname, port } = url;
    const sent = request({ hostname, port, method, path: url.pathname + path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const isJson = text !== '' && /json/.test(response.headers['content-type'] ?? '');
        const json = isJson ? JSON.parse(text) : undefined;
        if (typeof json?.key === 'string') plainKeys.add(json.key);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Sends one request with a key. */
export function call(key: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  const length = text === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(text)) };
  return send(method, path, { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', ...length }, text);
}

/** Creates a key over the API and returns what came back. */
export async function createKey(key: string, body: unknown): Promise<{ key: string; keyId: string }> {
  const created = await call(key, 'POST', '/keys', body);
  expect(created.status, created.text).toBe(201);
  return created.json;
}

/** Creates an organization key with Scalekit itself, for what no key of ours may create. */
export async function keyFromScalekit(
  organizationId: string,
  options: { scope?: string; claims?: Record<string, string>; userId?: string; expiresInMs?: number } = {},
) {
  const { token, tokenId } = await scalekit.token.createToken(organizationId, {
    customClaims: { ...options.claims, ...(options.scope ? { scope: options.scope } : {}) },
    ...(options.userId ? { userId: options.userId } : {}),
    ...(options.expiresInMs ? { expiry: timestamp(Date.now() + options.expiresInMs) } : {}),
  });
  return { key: token, keyId: tokenId };
}

function timestamp(epochMs: number) {
  const seconds = Math.floor(epochMs / 1000);
  return {
    $typeName: 'google.protobuf.Timestamp' as const,
    seconds: BigInt(seconds),
    nanos: (epochMs - seconds * 1000) * 1_000_000,
  };
}

/** Asserts that an answer is the one problem that its code stands for. */
export function expectProblem(answer: Answer, status: number, code: string): void {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers['access-control-allow-origin']).toBe(target.corsAllowOrigin);
  expect(answer.headers['access-control-expose-headers']).toBe('Location, Retry-After, WWW-Authenticate');
  expect(answer.headers['content-type']).toMatch(/^application\/(problem\+)?json$/);
  expect(answer.json).toMatchObject({
    type: 'about:blank',
    status,
    code,
    title: expect.any(String),
    detail: expect.any(String),
  });
  expect(answer.json.requestId).toMatch(/^[0-9a-f-]{36}$/);
}

/** Asserts that an answer is a 400 that names the field, among few, each with a message. */
export function expectInvalid(answer: Answer, path: string): void {
  expectProblem(answer, 400, 'invalid_request');
  const errors: { path: string; message: string }[] = answer.json.errors;
  expect(errors.map((error) => error.path)).toContain(path);
  expect(errors.length).toBeLessThanOrEqual(20);
  for (const { message } of errors) expect(message).not.toBe('');
}

/** Asserts that a key is refused, and in the way that tells its holder to replace it. */
export async function expectRefused(key: string): Promise<void> {
  const answer = await call(key, 'GET', '/whoami');
  expectProblem(answer, 401, 'invalid_token');
  expect(answer.headers['www-authenticate']).toBe('Bearer realm="api", error="invalid_token"');
}
