import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Operator } from '../../shared/authentication/actor.ts';
import type { KeyCaller as Caller } from '../../shared/authentication/caller.ts';
import { createKey } from '../../shared/keys/create-key.ts';
import { updateKey } from '../../shared/keys/update-key.ts';
import { fail, ok } from '../../shared/result.ts';
import type { RotationServices } from '../../shared/rotation/end-previous.ts';
import { rotateKey } from '../../shared/rotation/rotate-key.ts';
import type { Scalekit } from '../../shared/scalekit/scalekit.ts';
import { startTestScalekit, type TestScalekit } from '../support/embedded-scalekit.ts';
import { keyServicesOf, noSuspensions } from '../support/key-services.ts';

// An operator acts on a thief's key during the thief's request. The tests run the operator's action right before a call to
// Scalekit leaves.

let env: TestScalekit;
let organizationId: string;
let actor: Caller;

beforeAll(async () => {
  env = await startTestScalekit();
});
afterAll(() => env.close());
beforeEach(async () => {
  organizationId = await env.newOrganization();
  const created = await env.scalekit.create({ organizationId, customClaims: { scope: 'keys:read keys:write' } });
  if (!created.ok) throw new Error('not created');
  actor = created.value.info;
});

/** Services that run `happens` right before a call to Scalekit leaves. `overrides` replace calls to Scalekit. */
function meanwhile(
  name: 'create' | 'update',
  happens: () => Promise<unknown>,
  overrides: Partial<Scalekit> = {},
): RotationServices {
  const { scalekit } = env;
  const interrupted: Scalekit = {
    ...scalekit,
    ...overrides,
    create: async (key) => {
      if (name === 'create') await happens();
      return scalekit.create(key);
    },
    update: async (keyId, change) => {
      if (name === 'update') await happens();
      return scalekit.update(keyId, change);
    },
  };
  return { ...keyServicesOf(interrupted), schedules: { put: async (_organization, _key, at) => ok(at) } };
}

const by = (who: Caller | Operator) => ({ actor: who, requestId: 'r' });
const operator = (): Operator => ({ userArn: 'arn:aws:iam::1:user/x', organizationId });
const revokeActor = () => env.scalekit.invalidate(actor.keyId);
const narrowActor = () => env.scalekit.update(actor.keyId, { customClaims: { scope: 'keys:read' } });
const newKey = { customClaims: {}, scope: ['keys:write'] };
const atOnce = { overlapSeconds: 0, replace: false };

async function activeIds(): Promise<string[]> {
  const page = await env.scalekit.list(organizationId, { pageSize: 30 });
  return page.ok ? page.value.keys.map(({ keyId }) => keyId) : [];
}

describe('a key that is revoked during its request', () => {
  test('leaves no key that it was making', async () => {
    const services = meanwhile('create', revokeActor);
    expect(await createKey(services, newKey, by(actor))).toMatchObject({ failure: { kind: 'invalid_token' } });
    expect(await activeIds()).toEqual([]);
  });

  test('leaves no successor that it was making', async () => {
    const services = meanwhile('create', revokeActor);
    expect(await rotateKey(services, actor.keyId, atOnce, by(actor))).toMatchObject({
      failure: { kind: 'invalid_token' },
    });
    expect(await activeIds()).toEqual([]);
  });

  test('changes no key', async () => {
    await revokeActor();
    const target = await env.scalekit.create({ organizationId, customClaims: { issued_by: actor.keyId } });
    const services = meanwhile('update', async () => {});
    const keyId = target.ok ? target.value.info.keyId : '';
    const changed = await updateKey(
      { ...services, suspensions: noSuspensions },
      keyId,
      { description: 'mine' },
      by(actor),
    );
    expect(changed).toMatchObject({ failure: { kind: 'invalid_token' } });
    expect((await env.sdk.token.validateToken(keyId)).tokenInfo?.description ?? '').toBe('');
  });
});

test('a change by a key that is revoked during the request widens no key', async () => {
  const had = { scope: 'keys:read', team: 'x', issued_by: actor.keyId };
  const target = await env.scalekit.create({ organizationId, customClaims: had });
  const keyId = target.ok ? target.value.info.keyId : '';
  const services = meanwhile('update', revokeActor);
  for (const change of [{ scope: ['keys:read', 'keys:write'] }, { customClaims: {} }])
    expect(await updateKey({ ...services, suspensions: noSuspensions }, keyId, change, by(actor))).toMatchObject({
      failure: { kind: 'beyond_authority' },
    });
  expect(await env.scalekit.lookUp(keyId)).toMatchObject({ value: { customClaims: had } });
  await updateKey(
    { ...services, suspensions: noSuspensions },
    keyId,
    { customClaims: { team: 'x', env: 'a' } },
    by(actor),
  );
  expect(await env.scalekit.lookUp(actor.keyId)).toEqual(ok(undefined)); // it was revoked before the change took effect
  expect(await env.scalekit.lookUp(keyId)).toMatchObject({ value: { customClaims: { ...had, env: 'a' } } });
});

test('a key that is narrowed during its request leaves no key with the wider authority', async () => {
  const services = meanwhile('create', narrowActor);
  expect(await createKey(services, newKey, by(actor))).toMatchObject({ failure: { kind: 'beyond_authority' } });
  const rotated = await rotateKey(services, actor.keyId, atOnce, by(actor));
  expect(rotated).toMatchObject({ failure: { kind: 'beyond_authority' } });
  expect(await activeIds()).toEqual([actor.keyId]);
});

test('a change of the description does not restore authority that was removed during the request', async () => {
  const services = meanwhile('update', narrowActor);
  const changed = await updateKey(
    { ...services, suspensions: noSuspensions },
    actor.keyId,
    { description: 'harmless' },
    by(actor),
  );
  expect(changed).toMatchObject({ ok: true, value: { customClaims: { scope: 'keys:read' } } });
  const now = await env.scalekit.lookUp(actor.keyId);
  expect(now).toMatchObject({ value: { description: 'harmless', customClaims: { scope: 'keys:read' } } });
});

test('a new key that cannot be withdrawn is reported as outcome_unknown, not as refused', async () => {
  const cause = new Error('down');
  const invalidate = async () => fail({ kind: 'upstream_unavailable' as const, reason: 'unreachable' as const, cause });
  const services = meanwhile('create', revokeActor, { invalidate });
  expect(await createKey(services, newKey, by(actor))).toMatchObject({ failure: { kind: 'outcome_unknown' } });
});

test('an operator’s request does not depend on any key', async () => {
  const services = meanwhile('create', revokeActor);
  expect((await createKey(services, { ...newKey, scope: ['keys:read'] }, by(operator()))).ok).toBe(true);
});
