import { expect, inject } from 'vitest';
import { type Answer, clientOf, exchange, type HeaderValues, type NewKey, sdkOf } from '../support/client.ts';
import { checkAgainstContract } from '../support/contract-check.ts';
import { expectProblem as expectAnyProblem } from '../support/problem.ts';

export const target = inject('target');

/** Scalekit itself. */
export const scalekit = sdkOf(target.scalekit);

/** Every plain key that an answer held. */
export const plainKeys = new Set<string>();

/** Sends one request, exactly as given; throws when the answer is not one of the contract. */
export async function send(
  method: string,
  path: string,
  headers: HeaderValues = {},
  body?: string | Buffer,
): Promise<Answer> {
  const answer = await exchange(target.apiUrl, method, path, headers, body);
  if (typeof answer.json?.key === 'string') plainKeys.add(answer.json.key);
  checkAgainstContract(method, path, answer);
  return answer;
}

export const { call, isGood, control, fault } = clientOf(() => target, send);

/** Creates a key over the API and returns what came back. */
export async function createKey(key: string, body: unknown): Promise<NewKey> {
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

/** Asserts that an answer is the one problem that its code stands for, and that pages of the allowed origin may read it. */
export function expectProblem(answer: Answer, status: number, code: string): void {
  expectAnyProblem(answer, status, code);
  expect(answer.headers['access-control-allow-origin']).toBe(target.corsAllowOrigin);
  expect(answer.headers['access-control-expose-headers']).toBe('Location, Retry-After, WWW-Authenticate');
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
