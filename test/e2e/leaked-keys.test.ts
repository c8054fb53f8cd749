import { describe, expect, test } from 'vitest';
import type { Answer } from '../support/client.ts';
import { control, createKey, expectProblem, expectRefused, fault, scalekit, send, target } from './client.ts';

// POST /revoke as in RFC 7009. The route is throttled, so the tests are slow.

const admin = target.adminKey;
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };

async function revoke(body: string, headers: Record<string, string> = form): Promise<Answer> {
  await new Promise((resolve) => setTimeout(resolve, 250));
  return send('POST', '/revoke', { ...headers, 'Content-Length': String(Buffer.byteLength(body)) }, body);
}

/** The parts of an answer that do not differ in every answer. */
function visible({ status, headers, text }: Answer) {
  const { date, 'x-amzn-requestid': _id, 'x-amz-apigw-id': _apigw, 'x-amzn-trace-id': _trace, ...rest } = headers;
  return { status, text, headers: rest, hasDate: date !== undefined };
}

test('the holder of a key can end it, and learns nothing about other keys', async () => {
  const { key, keyId } = await createKey(admin, {});
  const active = await revoke(`token=${key}&token_type_hint=access_token`);
  expect(active.status).toBe(200);
  expect(active.text).toBe('');
  expect(active.headers['cache-control']).toBe('no-store');
  await expectRefused(key);
  const others = [key, `${key}x`, 'unknown', keyId, 'apit_1', '%20', 'a'.repeat(600)];
  for (const token of others) expect(visible(await revoke(`token=${token}`)), token).toEqual(visible(active));
});

test('a token id ends no key, and Scalekit is not asked', async () => {
  const { key, keyId } = await createKey(admin, {});
  if (target.controlUrl !== null) await control('DELETE', '/scalekit/calls');
  expect((await revoke(`token=${keyId}`)).status).toBe(200);
  if (target.controlUrl !== null) {
    expect((await control('GET')).scalekit.calls).toEqual({});
  }
  await expect(scalekit.token.validateToken(key)).resolves.toBeDefined();
});

test.each([
  ['a line break after it', (key: string) => `${key}\n`],
  ['quotes around it', (key: string) => `"${key}"`],
  ['the scheme before it', (key: string) => `Bearer ${key}`],
])('a key with %s is ended like any other key', async (_what, copied) => {
  const { key } = await createKey(admin, {});
  expect((await revoke(new URLSearchParams({ token: copied(key) }).toString())).status).toBe(200);
  await expectRefused(key);
});

test('an empty answer does not have the content type JSON', async () => {
  expect((await revoke('token=unknown')).headers['content-type']).toBe('text/plain');
});

describe('bad input', () => {
  test.each([
    ['', 'token'],
    ['token=', 'token'],
    ['tokn=x', 'token'],
    ['token=a&token=b', 'token'],
    ['{"token":"x"}', 'token'],
  ])('%j is a 400', async (body, path) => {
    const answer = await revoke(body);
    expectProblem(answer, 400, 'invalid_request');
    expect(answer.json.errors[0].path).toBe(path);
    expect(answer.json.error).toBe('invalid_request'); // as in RFC 7009
  });
});

test('an outage is reported for any token', async () => {
  if (target.controlUrl === null) return;
  await fault({ kind: 'permission_denied' });
  const answer = await revoke('token=anything');
  await fault(undefined);
  expectProblem(answer, 503, 'upstream_unavailable');
});

test('it is throttled, with a problem that says when to retry', async () => {
  const ask = () => send('POST', '/revoke', form, 'token=apit_1');
  const refused: Answer[] = [];
  // A busy machine sends slower than the limit: then each burst is twice the last one.
  for (let burst = 300; refused.length <= 10 && burst <= 4_800; burst *= 2) {
    const answers = await Promise.all(Array.from({ length: burst }, ask));
    refused.push(...answers.filter(({ status }) => status !== 200));
  }
  expect(refused.length).toBeGreaterThan(10);
  for (const answer of refused) expectProblem(answer, 429, 'throttled');
  expect(refused[0]?.headers['retry-after']).toBe('1');
});
