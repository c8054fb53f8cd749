import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Operator } from '../../shared/authentication/actor.ts';
import type { Caller } from '../../shared/authentication/caller.ts';
import { createKey } from '../../shared/keys/create-key.ts';
import { updateKey } from '../../shared/keys/update-key.ts';
import { fail, ok } from '../../shared/result.ts';
import type { RotationServices } from '../../shared/rotation/end-previous.ts';
import { rotateKey } from '../../shared/rotation/rotate-key.ts';
import type { Scalekit } from '../../shared/scalekit/scalekit.ts';
import { startTestScalekit, type TestScalekit } from '../support/embedded-scalekit.ts';
import { keyServicesOf } from '../support/key-services.ts';

// A thief's request is under way while an operator acts on the thief's key. What happens in between is made to happen
// right before a call of Scalekit's leaves.

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

/** Scalekit, where something happens right before a call leaves; or where calls of a kind fail from then on. */
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

describe('a key that is revoked while its request is under way', () => {
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

  test('changes no key any more', async () => {
    await revokeActor();
    const target = await env.scalekit.create({ organizationId, customClaims: { issued_by: actor.keyId } });
    const services = meanwhile('update', async () => {});
    const keyId = target.ok ? target.value.info.keyId : '';
    const changed = await updateKey(services, keyId, { description: 'mine' }, by(actor));
    expect(changed).toMatchObject({ failure: { kind: 'invalid_token' } });
    expect((await env.sdk.token.validateToken(keyId)).tokenInfo?.description ?? '').toBe('');
  });
});

test('a change under way when its key is revoked leaves no key with more than it had', async () => {
  const had = { scope: 'keys:read', team: 'x', issued_by: actor.keyId };
  const target = await env.scalekit.create({ organizationId, customClaims: had });
  const keyId = target.ok ? target.value.info.keyId : '';
  const services = meanwhile('update', revokeActor);
  for (const change of [{ scope: ['keys:read', 'keys:write'] }, { customClaims: {} }])
    expect(await updateKey(services, keyId, change, by(actor))).toMatchObject({
      failure: { kind: 'beyond_authority' },
    });
  expect(await env.scalekit.lookUp(keyId)).toMatchObject({ value: { customClaims: had } });
  await updateKey(services, keyId, { customClaims: { team: 'x', env: 'a' } }, by(actor));
  expect(await env.scalekit.lookUp(actor.keyId)).toEqual(ok(undefined)); // it was revoked before the change came into effect
  expect(await env.scalekit.lookUp(keyId)).toMatchObject({ value: { customClaims: { ...had, env: 'a' } } });
});

test('a key that is narrowed while its request is under way leaves no key of what it was', async () => {
  const services = meanwhile('create', narrowActor);
  expect(await createKey(services, newKey, by(actor))).toMatchObject({ failure: { kind: 'beyond_authority' } });
  const rotated = await rotateKey(services, actor.keyId, atOnce, by(actor));
  expect(rotated).toMatchObject({ failure: { kind: 'beyond_authority' } });
  expect(await activeIds()).toEqual([actor.keyId]);
});

test('a change of the description gives back nothing that was taken away meanwhile', async () => {
  const services = meanwhile('update', narrowActor);
  const changed = await updateKey(services, actor.keyId, { description: 'harmless' }, by(actor));
  expect(changed).toMatchObject({ ok: true, value: { customClaims: { scope: 'keys:read' } } });
  const now = await env.scalekit.lookUp(actor.keyId);
  expect(now).toMatchObject({ value: { description: 'harmless', customClaims: { scope: 'keys:read' } } });
});

test('a new key that cannot be taken back is reported as unknown, not as refused', async () => {
  const cause = new Error('down');
  const invalidate = async () => fail({ kind: 'upstream_unavailable' as const, reason: 'unreachable' as const, cause });
  const services = meanwhile('create', revokeActor, { invalidate });
  expect(await createKey(services, newKey, by(actor))).toMatchObject({ failure: { kind: 'outcome_unknown' } });
});

test('an operator’s requests ask for nobody’s standing', async () => {
  const services = meanwhile('create', revokeActor);
  expect((await createKey(services, { ...newKey, scope: ['keys:read'] }, by(operator()))).ok).toBe(true);
});
