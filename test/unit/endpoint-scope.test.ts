import type { APIGatewayProxyEvent } from 'aws-lambda';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { withCaller } from '../../package/caller.ts';
import { encodeCaller } from '../../shared/authentication/caller.ts';
import { endpoint } from '../../shared/endpoint/endpoint.ts';
import { ok } from '../../shared/result.ts';

beforeEach(() => void vi.stubEnv('CORS_ALLOW_ORIGIN', '*'));
afterEach(() => void vi.unstubAllEnvs());

const caller = (scope: string | undefined, expiresAt?: string) => ({
  keyId: 'apit_1',
  organizationId: 'org_1',
  customClaims: scope === undefined ? {} : { scope },
  roles: [],
  ...(expiresAt === undefined ? {} : { expiresAt }),
});

const event = (from: ReturnType<typeof caller>) =>
  ({
    httpMethod: 'POST',
    body: 'not JSON',
    headers: { 'content-type': 'application/json' },
    requestContext: { requestId: 'r', path: '/v1/notes', identity: {}, authorizer: encodeCaller(from) },
  }) as unknown as APIGatewayProxyEvent;

const refusal = { status: 403, code: 'insufficient_scope', scope: 'notes:write' };

test.each([undefined, 'notes:read', 'notes:write2 xnotes:write', 'NOTES:WRITE'])(
  'a key with the scope %s is refused before the input is parsed',
  async (scope) => {
    const run = vi.fn();
    const handler = endpoint({ body: z.strictObject({}) }, run, { scope: 'notes:write' });
    const answer = await handler(event(caller(scope)));
    expect(JSON.parse(answer.body)).toMatchObject(refusal);
    const inPackage = withCaller(run, { scope: 'notes:write' });
    const other = await inPackage(event(caller(scope)), { awsRequestId: 'a' } as never);
    expect(JSON.parse(other.body)).toEqual(JSON.parse(answer.body));
    expect(run).not.toHaveBeenCalled();
  },
);

test('a key with the word goes on: then the input counts', async () => {
  const handler = endpoint({ body: z.strictObject({}) }, async () => ok({ status: 200 }), { scope: 'notes:write' });
  expect((await handler(event(caller('notes:read notes:write')))).statusCode).toBe(400);
});

test('the scope is in the context for backends in other languages, and absent without one', () => {
  expect(encodeCaller(caller('a b'))['scope']).toBe('a b');
  expect(encodeCaller(caller(undefined))).not.toHaveProperty('scope');
});

test.each([
  [13, true],
  [15, false],
])('a key that ends in %i days: Api-Key-Expires is sent: %s', async (days, isSent) => {
  const expiresAt = new Date(Date.now() + days * 86_400_000).toISOString();
  const handler = endpoint({ body: z.strictObject({}) }, async () => ok({ status: 200 }));
  for (const scope of ['a', undefined]) {
    const { headers } = await handler(event(caller(scope, expiresAt))); // an error has it too
    expect(headers?.['Api-Key-Expires']).toBe(isSent ? expiresAt : undefined);
  }
});
