import { expect, inject } from 'vitest';
import { type Answer, clientOf, exchange, type HeaderValues, type NewKey, sdkOf } from '../support/client.ts';
import { checkAgainstContract } from '../support/contract-check.ts';
import { expectProblem as expectAnyProblem } from '../support/problem.ts';

const worker = Number(process.env['VITEST_POOL_ID']);
const found = inject('targets')[worker - 1];
if (!found) throw new Error(`Worker ${worker} has no deployment: test/e2e/global-setup.ts starts one for each.`);

export const target = found;

/** A client of Scalekit itself. */
export const scalekit = sdkOf(target.scalekit);

/** Every plain key that an answer contained. */
export const plainKeys = new Set<string>();

/** Sends one request exactly as given. Throws if the answer does not match the contract. */
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

/** Creates a key over the API and returns the answer. */
export async function createKey(key: string, body: unknown): Promise<NewKey> {
  const created = await call(key, 'POST', '/keys', body);
  expect(created.status, created.text).toBe(201);
  return created.json;
}

/** Creates an organization key directly in Scalekit, for keys that no key may create through the API. */
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

/** Asserts that an answer is the problem with this status and code, and that pages of the allowed origin may read it. */
export function expectProblem(answer: Answer, status: number, code: string): void {
  expectAnyProblem(answer, status, code, target.settings.docsUrl);
  expect(answer.headers['access-control-allow-origin']).toBe(target.settings.corsAllowOrigin);
  expect(answer.headers['access-control-expose-headers']).toBe(
    'Location, Retry-After, WWW-Authenticate, Api-Key-Expires',
  );
}

/** Asserts that an answer is a 400 with few errors, each with a message, one of which names the field. */
export function expectInvalid(answer: Answer, path: string): void {
  expectProblem(answer, 400, 'invalid_request');
  const errors: { path: string; message: string }[] = answer.json.errors;
  expect(errors.map((error) => error.path)).toContain(path);
  expect(errors.length).toBeLessThanOrEqual(20);
  for (const { message } of errors) expect(message).not.toBe('');
}

/** Asserts that a key is refused with a challenge that tells its holder to replace it. */
export async function expectRefused(key: string): Promise<void> {
  const answer = await call(key, 'GET', '/whoami');
  expectProblem(answer, 401, 'invalid_token');
  expect(answer.headers['www-authenticate']).toBe('Bearer realm="api", error="invalid_token"');
}
