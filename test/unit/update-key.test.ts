import { expect, test } from 'vitest';
import type { KeyInfo } from '../../shared/key.ts';
import { type UpdateServices, updateKey } from '../../shared/keys/update-key.ts';
import { ok } from '../../shared/result.ts';

const key: KeyInfo = {
  keyId: 'apit_2',
  organizationId: 'org_1',
  customClaims: { scope: 'keys:read', issued_by: 'operator' },
  roles: [],
  suffix: 'x',
};
const operator = { userArn: 'arn:aws:iam::123456789012:user/ops', organizationId: 'org_1' };

/** Scalekit, which answers each change with this key. */
const servicesThatAnswer = (changed: KeyInfo) =>
  ({
    scalekit: { lookUp: async () => ok(key) },
    mutations: { update: async () => ok(changed) },
    suspensions: { isRecent: async () => ok(false) },
  }) as unknown as UpdateServices;

const change = (changed: KeyInfo) =>
  updateKey(
    servicesThatAnswer(changed),
    key.keyId,
    { description: 'new', scope: [] },
    { actor: operator, requestId: 'r' },
  );

const applied = { ...key, description: 'new', customClaims: { issued_by: 'operator' } };

test('a change that Scalekit carried out is answered with the key', async () => {
  expect(await change(applied)).toMatchObject({ ok: true, value: { keyId: key.keyId, description: 'new' } });
});

test.each<[string, KeyInfo]>([
  ['the old scope', { ...applied, customClaims: key.customClaims }],
  ['a further claim', { ...applied, customClaims: { ...applied.customClaims, other: 'x' } }],
  ['the old description', { ...applied, description: 'old' }],
])('a change that Scalekit accepts and answers with %s is not_applied', async (_what, changed) => {
  expect(await change(changed)).toEqual({ ok: false, failure: { kind: 'not_applied' } });
});

test('a change that has undone a suspension makes it again', async () => {
  let now: KeyInfo = key;
  const written: unknown[] = [];
  let suspended = false;
  const services = {
    scalekit: { lookUp: async () => ok(now) },
    mutations: {
      update: async (_key: KeyInfo, { customClaims }: Pick<KeyInfo, 'customClaims'>) => {
        written.push(customClaims);
        if (written.length === 1) suspended = true; // by another request, after this one has read the claims
        now = { ...key, customClaims };
        return ok(now);
      },
    },
    suspensions: { record: async () => ok(undefined), isRecent: async () => ok(suspended) },
  } as unknown as UpdateServices;
  const by = { actor: operator, requestId: 'r' };
  expect(await updateKey(services, key.keyId, { scope: [] }, by)).toMatchObject({ value: { suspended: true } });
  expect(written).toEqual([{ issued_by: 'operator' }, { issued_by: 'operator', suspended: 'true' }]);
});

test('nothing is suspended unless the suspension could be recorded', async () => {
  const failure = { kind: 'cache_not_flushed', cause: new Error('down') };
  const services = {
    ...servicesThatAnswer(key),
    suspensions: { record: async () => ({ ok: false, failure }) },
    mutations: { update: () => Promise.reject(new Error('must not be called')) },
  } as unknown as UpdateServices;
  const by = { actor: operator, requestId: 'r' };
  expect(await updateKey(services, key.keyId, { suspended: true }, by)).toEqual({ ok: false, failure });
});
