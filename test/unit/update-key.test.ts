import { expect, test } from 'vitest';
import type { KeyInfo } from '../../shared/key.ts';
import type { KeyServices } from '../../shared/keys/key-services.ts';
import { updateKey } from '../../shared/keys/update-key.ts';
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
  }) as unknown as KeyServices;

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
