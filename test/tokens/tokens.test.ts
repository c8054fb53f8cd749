import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { clientOf, sdkOf } from '../support/client.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';
import { callAsOperator } from '../support/signed-request.ts';
import { apiAudience, appAudience, clientToken, newClient, sessionToken } from './sign-in.ts';

// Session and client tokens over HTTP, on the deployed bundles.

let runtime: RuntimeProcess;
/** A session and a client that may do everything with keys, and use the example's scope. */
let session: string;
let client: string;
let clientId: string;
const everything = ['keys:read', 'keys:write', 'notes:read'];

beforeAll(async () => {
  runtime = await startRuntimeProcess({ assembly: process.env['TEST_CACHED_ASSEMBLY'] ?? '' });
  session = await sessionToken(runtime.outputs, { permissions: everything });
  const made = await newClient(runtime.outputs, { scopes: [...everything, 'keys:users'] });
  clientId = made.clientId;
  client = await clientToken(runtime.outputs, made);
});
afterAll(() => runtime.stop());
afterEach(() => fault(undefined));

const { call, control, fault, newKey } = clientOf(() => runtime.outputs);
const whoami = (token: string) => call(token, 'GET', '/whoami');
const statusOf = async (token: string) => (await whoami(token)).status;
const asOperator = (method: string, path: string, body?: object) => callAsOperator(runtime.outputs, method, path, body);

describe('a token', () => {
  test('of a session is its user’s, with its permissions as scope', async () => {
    const { organizationId, userId } = runtime.outputs;
    const answer = await whoami(session);
    expect(answer, answer.text).toMatchObject({ status: 200 });
    expect(answer.json).toMatchObject({ credential: 'session', organizationId, userId, roles: ['member'] });
    expect(answer.json).not.toHaveProperty('keyId');
    expect(answer.json.customClaims).toEqual({ scope: everything.join(' ') });
  });

  test('of a client is its organization’s, with its scopes and custom claims', async () => {
    const made = await newClient(runtime.outputs, { scopes: ['notes:read'], customClaims: { project: 'alpha' } });
    const answer = await whoami(await clientToken(runtime.outputs, made));
    expect(answer.json).toMatchObject({ credential: 'client', clientId: made.clientId });
    expect(answer.json).not.toHaveProperty('userId');
    expect(answer.json.customClaims).toEqual({ project: 'alpha', scope: 'notes:read' });
  });

  test('has no reminder that a key ends', async () => {
    expect((await whoami(session)).headers).not.toHaveProperty('api-key-expires');
  });

  test('is verified without a call to Scalekit', async () => {
    await statusOf(session);
    await control('DELETE', '/scalekit/calls');
    for (const token of [session, client]) expect(await statusOf(token)).toBe(200);
    expect((await control('GET')).scalekit.calls).toEqual({});
  });

  test('is bounded by the addresses in its claims', async () => {
    const made = await newClient(runtime.outputs, { customClaims: { allowed_ips: '192.0.2.0/24' } });
    expect(await whoami(await clientToken(runtime.outputs, made))).toMatchObject({
      status: 401,
      json: { code: 'address_not_allowed' },
    });
  });

  test('is refused once it has expired, by the backend too', async () => {
    const short = await sessionToken(runtime.outputs, { expiresInSeconds: 2 });
    expect(await statusOf(short)).toBe(200);
    await expect.poll(() => statusOf(short), { interval: 200, timeout: 10_000 }).toBe(401);
  });
});

describe('a signing key', () => {
  test('that is new is picked up, and tokens of the one before stay good', async () => {
    const other = await startRuntimeProcess({ assembly: process.env['TEST_CACHED_ASSEMBLY'] ?? '' });
    try {
      const ours = clientOf(() => other.outputs);
      const status = async (token: string) => (await ours.call(token, 'GET', '/whoami')).status;
      const before = await sessionToken(other.outputs);
      expect(await status(before)).toBe(200);
      await ours.control('POST', '/scalekit/signing-key');
      const after = await sessionToken(other.outputs);
      expect(await status(after)).toBe(200);
      expect(await status(before)).toBe(200);
    } finally {
      await other.stop();
    }
  });

  test('that cannot be read is an outage, and one that was read stays in use', async () => {
    const other = await startRuntimeProcess({ assembly: process.env['TEST_CACHED_ASSEMBLY'] ?? '' });
    try {
      const ours = clientOf(() => other.outputs);
      const token = await sessionToken(other.outputs);
      await ours.fault({ kind: 'unavailable', on: ['keys'] });
      const out = await ours.call(token, 'GET', '/whoami');
      expect(out).toMatchObject({ status: 503, json: { code: 'upstream_unavailable' } });
      expect(out.headers).toHaveProperty('retry-after');
      await ours.fault(undefined);
      const status = async () => (await ours.call(token, 'GET', '/whoami')).status;
      await expect.poll(status, { timeout: 20_000 }).toBe(200);
      await ours.fault({ kind: 'unavailable' });
      for (const _ of [1, 2, 3]) expect(await status()).toBe(200);
    } finally {
      await other.stop();
    }
  });
});

describe('keys are managed', () => {
  test('by a session: its user’s keys, issued by the user, with no more than it may do', async () => {
    const { userId } = runtime.outputs;
    const made = await newKey({ scope: 'notes:read', description: 'By a session' }, session);
    const shown = await call(session, 'GET', `/keys/${made.keyId}`);
    expect(shown.json).toMatchObject({ userId, customClaims: { issued_by: userId, scope: 'notes:read' } });
    expect(shown.json).not.toHaveProperty('expiresAt'); // a key outlives the session
    expect((await call(session, 'GET', '/keys')).json.keys).toContainEqual(
      expect.objectContaining({ keyId: made.keyId }),
    );
    const bigger = await call(session, 'POST', '/keys', { scope: 'notes:write' });
    expect(bigger).toMatchObject({ status: 403, json: { code: 'beyond_authority' } });
    const rotated = await call(session, 'POST', `/keys/${made.keyId}/rotate`, {});
    expect(rotated, rotated.text).toMatchObject({ status: 201 });
    expect((await call(session, 'DELETE', `/keys/${rotated.json.keyId}`)).status).toBe(204);
    expect(await statusOf(rotated.json.key)).toBe(401);
  });

  test('by a session, which may resume a key; a client and a key may not', async () => {
    const { keyId, key } = await newKey({ scope: 'notes:read' }, session);
    const patch = (by: string, body: object) => call(by, 'PATCH', `/keys/${keyId}`, body);
    for (const by of [client, runtime.outputs.adminKey ?? '']) {
      expect((await patch(by, { suspended: true })).status).toBe(200);
      expect(await whoami(key)).toMatchObject({ status: 401, json: { code: 'key_suspended' } });
      expect(await patch(by, { suspended: false })).toMatchObject({ status: 403, json: { code: 'beyond_authority' } });
    }
    expect((await patch(session, { suspended: false })).status).toBe(200);
    expect(await statusOf(key)).toBe(200);
    for (const by of [session, client])
      expect(await patch(by, { scope: 'notes:read keys:read' })).toMatchObject({ status: 403 });
  });

  test('by a client: its organization’s keys, issued by the client', async () => {
    const made = await newKey({ scope: 'notes:read', expiresIn: 3_600 }, client);
    const shown = await call(client, 'GET', `/keys/${made.keyId}`);
    expect(shown.json.customClaims).toMatchObject({ issued_by: clientId });
    expect(shown.json).not.toHaveProperty('userId');
  });

  test('by no token without the words of the routes', async () => {
    const reader = await sessionToken(runtime.outputs, { permissions: ['keys:read'] });
    expect(await call(reader, 'POST', '/keys', {})).toMatchObject({
      status: 403,
      json: { code: 'insufficient_scope' },
    });
    expect(await call(await sessionToken(runtime.outputs), 'GET', '/keys')).toMatchObject({ status: 403 });
  });

  test('with an audit event that names the session or client', async () => {
    await newKey({}, session);
    await newKey({}, client);
    const events = await control('GET', '/events');
    const actors = events.map(({ detail }: { detail: { actor: object } }) => detail.actor);
    expect(actors).toContainEqual(expect.objectContaining({ type: 'client', clientId }));
    expect(actors).toContainEqual(
      expect.objectContaining({
        type: 'session',
        sessionId: expect.stringMatching(/^ses_/),
        userId: runtime.outputs.userId,
      }),
    );
  });
});

describe('what a token made ends', () => {
  test('with its client, by issuedBy, and the client makes nothing more', async () => {
    const made = await newClient(runtime.outputs, { scopes: everything });
    const token = await clientToken(runtime.outputs, made);
    const first = await newKey({ scope: 'keys:write' }, token);
    const child = await newKey({}, first.key);
    const ended = await asOperator('POST', '/keys/revoke', { issuedBy: made.clientId });
    expect(ended, ended.text).toMatchObject({ status: 200, json: { revoked: 2 } });
    for (const { key } of [first, child]) expect(await statusOf(key)).toBe(401);
    expect(await statusOf(token)).toBe(200); // a token lives until it expires
    expect(await call(token, 'POST', '/keys', {})).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
    expect(await newKey({}, client)).toBeDefined();
  });

  test('with its user, by issuedBy and by userId', async () => {
    for (const filter of ['issuedBy', 'userId']) {
      const userId = await newMember();
      const token = await sessionToken(runtime.outputs, { userId, permissions: everything });
      const { key } = await newKey({}, token);
      await asOperator('POST', '/keys/revoke', { [filter]: userId });
      expect(await statusOf(key)).toBe(401);
      expect(await call(token, 'POST', '/keys', {})).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
    }
  });

  test('by a session of its own too, in one request', async () => {
    for (const filter of ['issuedBy', 'userId', 'all']) {
      const userId = await newMember();
      const token = await sessionToken(runtime.outputs, { userId, permissions: everything });
      await newKey({}, token);
      await newKey({}, token);
      const body = filter === 'all' ? { all: true } : { [filter]: userId };
      expect((await call(token, 'POST', '/keys/revoke', body)).json).toMatchObject({ revoked: 2, remaining: 0 });
    }
  });

  test('not by the key of another user', async () => {
    const [victim, other] = [await newMember(), await newMember()];
    const token = await sessionToken(runtime.outputs, { userId: victim, permissions: everything });
    const attacker = await sessionToken(runtime.outputs, { userId: other, permissions: everything });
    expect((await call(attacker, 'POST', '/keys/revoke', { issuedBy: victim })).json).toMatchObject({ revoked: 0 });
    expect((await call(token, 'POST', '/keys', {})).status).toBe(201);
  });
});

let members = 0;
async function newMember(): Promise<string> {
  const { scalekit, organizationId } = runtime.outputs;
  const { user } = await sdkOf(scalekit).user.createUserAndMembership(organizationId ?? '', {
    email: `member${members++}@tokens.example`,
  });
  return user?.id ?? '';
}

test('the audiences of the two kinds are not mixed up', async () => {
  const asApp = await newClient(runtime.outputs, { audience: [appAudience] });
  expect(await statusOf(await clientToken(runtime.outputs, asApp))).toBe(401);
  expect(await statusOf(await sessionToken(runtime.outputs, { claims: { aud: [apiAudience] } }))).toBe(401);
  expect(await statusOf(await sessionToken(runtime.outputs, { claims: { aud: ['x', appAudience] } }))).toBe(200);
});
