import { expect, test } from 'vitest';
import type { KeyInfo } from '../../shared/key.ts';
import type { Claims } from '../../shared/key-claims.ts';
import { type ChangeServices, changeKey } from '../../shared/keys/change-key.ts';
import { fail, ok } from '../../shared/result.ts';

// Scalekit replaces all claims at once. Here another request changes the key between a change's read and its write.

const key: KeyInfo = {
  keyId: 'apit_1',
  organizationId: 'org_1',
  customClaims: { scope: 'a', issued_by: 'operator', plan: 'free' },
  roles: [],
  suffix: 'x',
};
const narrowed = { issued_by: 'operator', plan: 'free' };
const cause = { actor: { type: 'schedule' }, requestId: 'r', reason: 'requested' } as const;

/** What others did since the key was read, at the number of the write during which they do it. */
interface Others {
  readonly suspendAt?: number;
  readonly setPlanAt?: number;
  /** The answer to the first write is lost. */
  readonly isLost?: boolean;
}

function scalekit({ suspendAt = Infinity, setPlanAt = Infinity, isLost = false }: Others) {
  const writes: Claims[] = [];
  const services: ChangeServices = {
    mutations: {
      update: async (_key, { customClaims = {} }) => {
        writes.push(customClaims);
        const lost = fail({ kind: 'outcome_unknown', cause: new Error('lost') } as const);
        return isLost && writes.length === 1 ? lost : ok({ ...key, customClaims });
      },
    },
    suspensions: { record: async () => ok(undefined), isRecent: async () => ok(writes.length >= suspendAt) },
    planOf: async () => ok(writes.length >= setPlanAt ? 'pro' : 'free'),
  };
  return { writes, services };
}

const change = (others: Others) => {
  const { writes, services } = scalekit(others);
  return changeKey(services, key, { customClaims: narrowed }, cause).then((changed) => ({ changed, writes }));
};

test('a change that has undone nothing writes once', async () => {
  expect(await change({})).toMatchObject({ changed: ok({ customClaims: narrowed }), writes: [narrowed] });
});

test.each<[string, Others, Claims]>([
  ['a suspension', { suspendAt: 1 }, { ...narrowed, suspended: 'true' }],
  ['a new plan', { setPlanAt: 1 }, { ...narrowed, plan: 'pro' }],
  ['both', { suspendAt: 1, setPlanAt: 1 }, { ...narrowed, plan: 'pro', suspended: 'true' }],
])('a change that has undone %s makes it again, and is answered with the key as it is', async (_what, others, due) => {
  expect(await change(others)).toMatchObject({ changed: ok({ customClaims: due }), writes: [narrowed, due] });
});

test('a suspension during the repair of a plan is kept', async () => {
  const planned = { ...narrowed, plan: 'pro' };
  const { writes } = await change({ setPlanAt: 1, suspendAt: 2 });
  expect(writes).toEqual([narrowed, planned, { ...planned, suspended: 'true' }]);
});

test('a change whose answer is lost may have undone a suspension: it is made again, and the failure is answered', async () => {
  const { changed, writes } = await change({ isLost: true, suspendAt: 1 });
  expect(changed).toMatchObject({ ok: false, failure: { kind: 'outcome_unknown' } });
  expect(writes.at(-1)).toEqual({ ...narrowed, suspended: 'true' });
});

test('a change that Scalekit refuses has written nothing, and repairs nothing', async () => {
  const refused = { ok: false, failure: { kind: 'refused', isUnknown: false } };
  const services = {
    mutations: { update: async () => refused },
    suspensions: { isRecent: () => Promise.reject(new Error('must not be asked')) },
  } as unknown as ChangeServices;
  expect(await changeKey(services, key, { customClaims: narrowed }, cause)).toBe(refused);
});

test('a change of the description looks for nothing that it cannot have undone', async () => {
  const { services } = scalekit({ suspendAt: 0 });
  const described = await changeKey(
    { ...services, mutations: { update: async () => ok({ ...key, description: 'new' }) } },
    key,
    { description: 'new' },
    cause,
  );
  expect(described).toMatchObject(ok({ description: 'new', customClaims: key.customClaims }));
});
