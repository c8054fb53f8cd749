import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Operator } from '../../shared/authentication/actor.ts';
import { toProblem } from '../../shared/endpoint/problem.ts';
import { limitFromEnvironment } from '../../shared/environment.ts';
import { createKey } from '../../shared/keys/create-key.ts';
import { fail } from '../../shared/result.ts';
import { Code, ConnectError } from '../../shared/scalekit/grpc.ts';
import type { Scalekit } from '../../shared/scalekit/scalekit.ts';
import { startTestScalekit, type TestScalekit } from '../support/embedded-scalekit.ts';
import { keyServicesOf } from '../support/key-services.ts';

// The limit of active keys per user, on the embedded Scalekit.

let env: TestScalekit;
let organizationId: string;
let userId: string;

beforeAll(async () => {
  env = await startTestScalekit();
});
afterAll(() => env.close());
beforeEach(async () => {
  organizationId = await env.newOrganization();
  userId = await env.newUser(organizationId);
});

/** The outcome of an operator's request for a key, with its calls of Scalekit to list and create keys. */
async function create(
  request: { readonly userId?: string },
  limit: number | undefined,
  overrides: Partial<Scalekit> = {},
) {
  const directory = { ...env.scalekit, ...overrides };
  const list = vi.fn(directory.list);
  const creation = vi.fn(directory.create);
  const services = keyServicesOf({ ...directory, list, create: creation });
  const actor: Operator = { userArn: 'arn:aws:iam::1:user/x', organizationId };
  const by = { actor, requestId: 'r' };
  const result = await createKey(services, { ...request, customClaims: {}, scope: [] }, by, { maxKeysPerUser: limit });
  return { result, list, create: creation };
}

const refusal = { ok: false, failure: { kind: 'too_many_keys', limit: 2 } };

async function activeKeys(): Promise<string[]> {
  const page = await env.scalekit.list(organizationId, { pageSize: 30 });
  if (!page.ok) throw new Error(page.failure.kind);
  return page.value.keys.map(({ keyId }) => keyId);
}

describe('with a limit', () => {
  test('a user gets keys up to the limit, and another one only after one is revoked', async () => {
    for (const _ of [1, 2]) expect((await create({ userId }, 2)).result.ok).toBe(true);
    const refused = await create({ userId }, 2);
    expect(refused.result).toEqual(refusal);
    expect(refused.create).not.toHaveBeenCalled();
    const keys = await activeKeys();
    expect(keys).toHaveLength(2);
    await env.scalekit.invalidate(keys[0] ?? '');
    expect((await create({ userId }, 2)).result.ok).toBe(true);
  });

  test('a user with more keys than the limit gets no other', async () => {
    for (const _ of [1, 2, 3]) await env.scalekit.create({ organizationId, userId, customClaims: {} });
    expect((await create({ userId }, 2)).result).toEqual(refusal);
  });

  test('keys of the organization and of other users are neither counted nor limited', async () => {
    const other = await env.newUser(organizationId);
    for (const _ of [1, 2, 3]) {
      const made = await create({}, 2);
      expect(made.result.ok).toBe(true);
      expect(made.list).not.toHaveBeenCalled();
    }
    for (const _ of [1, 2]) await env.scalekit.create({ organizationId, userId: other, customClaims: {} });
    const made = await create({ userId }, 2);
    expect(made.result.ok).toBe(true);
    expect(made.list.mock.calls).toEqual([[organizationId, { userId, pageSize: 1 }]]);
  });

  test('a failed count is an outage and creates no key', async () => {
    const down = { kind: 'upstream_unavailable', reason: 'unreachable', cause: new Error('down') } as const;
    const made = await create({ userId }, 2, { list: async () => fail(down) });
    expect(made.result).toEqual(fail(down));
    expect(made.create).not.toHaveBeenCalled();
    expect(toProblem(down, 'r').body.status).toBe(503);
  });

  test('an unknown user is an error of the field, as without a limit', async () => {
    const cause = new ConnectError('no such user', Code.NotFound);
    const refused = { list: async () => fail({ kind: 'refused', isUnknown: true, cause } as const) };
    for (const unknown of [await create({ userId }, 2, refused), await create({ userId: 'usr_1' }, 2)])
      expect(unknown.result).toMatchObject({ failure: { kind: 'invalid_request', errors: [{ path: 'userId' }] } });
    expect(await activeKeys()).toEqual([]);
  });

  test('the refusal states the limit and the next step', () => {
    const { body } = toProblem({ kind: 'too_many_keys', limit: 2 }, 'r');
    expect(body).toMatchObject({ status: 409, code: 'too_many_keys', detail: expect.stringMatching(/ 2.*Revoke one/) });
  });
});

test('without a limit a user’s keys are not counted', async () => {
  for (const _ of [1, 2, 3]) {
    const made = await create({ userId }, undefined);
    expect(made.result.ok).toBe(true);
    expect(made.list).not.toHaveBeenCalled();
  }
});

describe('the limit in the environment', () => {
  const read = () => limitFromEnvironment('MAX_KEYS_PER_USER');

  test('is absent if it is not set', () => {
    vi.stubEnv('MAX_KEYS_PER_USER', undefined);
    expect(read()).toBeUndefined();
  });

  test('is a number, and an invalid value throws instead of meaning no limit', () => {
    vi.stubEnv('MAX_KEYS_PER_USER', '20');
    expect(read()).toBe(20);
    for (const text of ['', '0', '-1', '1.5', 'many']) {
      vi.stubEnv('MAX_KEYS_PER_USER', text);
      expect(read, text).toThrow(/MAX_KEYS_PER_USER is ".*", not a whole number above 0/);
    }
    vi.stubEnv('MAX_KEYS_PER_USER', undefined);
  });
});
