import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Mutations } from '../../shared/audit/mutations.ts';
import type { KeyInfo } from '../../shared/key.ts';
import { createKey } from '../../shared/keys/create-key.ts';
import type { KeyServices } from '../../shared/keys/key-services.ts';
import { revokeKey } from '../../shared/keys/revoke-key.ts';
import type { Scalekit } from '../../shared/scalekit/scalekit.ts';
import { Deliveries } from '../../shared/webhook/deliveries.ts';
import type { ScalekitEvent } from '../../shared/webhook/event.ts';
import { type Leavers, leaversOf } from '../../shared/webhook/leavers.ts';
import { revokeLeavers } from '../../shared/webhook/revoke-leavers.ts';
import { startTestScalekit, type TestScalekit } from '../support/embedded-scalekit.ts';
import { keyServicesOf } from '../support/key-services.ts';

let env: TestScalekit;
let services: KeyServices;
let organizationId: string;
let userId: string;

beforeAll(async () => {
  env = await startTestScalekit();
  services = keyServicesOf(env.scalekit);
});
afterAll(() => env.close());
beforeEach(async () => {
  organizationId = await env.newOrganization();
  userId = await env.newUser(organizationId);
});
afterEach(() => void vi.useRealTimers());

async function keyOf(more: { userId?: string; scope?: string } = { userId }): Promise<KeyInfo> {
  const { scope = 'keys:write keys:users', ...user } = more;
  const made = await env.scalekit.create({
    organizationId,
    ...user,
    customClaims: { scope, issued_by: 'operator' },
  });
  if (!made.ok) throw new Error('not created');
  return made.value.info;
}

async function madeBy(maker: KeyInfo, ofUser = userId): Promise<KeyInfo> {
  const request = { customClaims: {}, scope: ['keys:write'], userId: ofUser };
  const made = await createKey(services, request, { actor: maker, requestId: 'r' });
  if (!made.ok) throw new Error(made.failure.kind);
  return { ...made.value };
}

const isActive = async ({ keyId }: KeyInfo) => {
  const found = await env.scalekit.lookUp(keyId);
  return found.ok && found.value !== undefined;
};
const pause = () => new Promise((resolve) => setTimeout(resolve, 5));

/** The leavers that an event reports. */
function leaversIn(event: ScalekitEvent): Leavers {
  const leavers = leaversOf(event);
  if (!leavers.ok || !leavers.value) throw new Error('the event reports no leaver');
  return leavers.value;
}

let events = 0;
async function left(type: 'user' | 'directory' | 'organization', userEmail?: string): Promise<ScalekitEvent> {
  await pause();
  const event = { id: `evt_${events++}`, occurred_at: new Date(), organization_id: organizationId };
  await pause();
  if (type === 'user') return { ...event, type: 'user.organization_membership_deleted', data: { user_id: userId } };
  if (type === 'organization') return { ...event, type: 'organization.deleted', data: { id: organizationId } };
  return { ...event, type: 'organization.directory.user_deleted', data: { email: userEmail ?? '' } };
}

test.each(['user', 'directory', 'organization'] as const)(
  'a leaver does not escape by ending a link between its keys: %s',
  async (type) => {
    const first = await keyOf();
    const admin = type === 'organization' ? undefined : await keyOf({});
    const event = await left(type, first.userEmail);
    const second = await madeBy(first);
    const third = await madeBy(second);
    await revokeKey(services, second.keyId, { actor: third, requestId: 'r' });
    const ofAnother = admin && (await madeBy(admin));
    const deliveries = new Deliveries();
    expect(await revokeLeavers(services, leaversIn(event), 'r', { deliveries })).toEqual({
      ok: true,
      value: { revoked: 2 },
    });
    expect([await isActive(first), await isActive(third)]).toEqual([false, false]);
    if (!admin || !ofAnother) return;
    expect([await isActive(admin), await isActive(ofAnother)]).toEqual([true, true]);
    // Keys that are made after the first handling stay, even if their maker was revoked.
    await pause();
    const later = await madeBy(admin);
    await revokeKey(services, admin.keyId, { actor: admin, requestId: 'r' });
    await revokeLeavers(services, leaversIn(event), 'r', { deliveries });
    expect(await isActive(later)).toBe(true);
  },
);

test('keys that a leaver’s keys make during the revocation end too', async () => {
  const first = await keyOf();
  const event = await left('user');
  const made: KeyInfo[] = [];
  const mutations: Mutations = {
    ...services.mutations,
    async revoke(key, cause) {
      if (made.length < 20) made.push(await madeBy(key), await madeBy(key));
      return services.mutations.revoke(key, cause);
    },
  };
  const handled = await revokeLeavers({ ...services, mutations }, leaversIn(event), 'r');
  expect(handled).toEqual({ ok: true, value: { revoked: made.length + 1 } });
  for (const key of [first, ...made]) expect(await isActive(key)).toBe(false);
});

test.each(['directory', 'organization'] as const)(
  'retries complete the revocation in an organization with too many keys for one delivery: %s',
  async (type) => {
    for (let index = 0; index < 130; index++) await keyOf({ scope: 'x' });
    const theirs = await keyOf();
    const event = await left(type, theirs.userEmail);
    const deliveries = new Deliveries();
    vi.useFakeTimers({ toFake: ['Date'] });
    const slow: Scalekit = {
      ...env.scalekit,
      async list(organization, page) {
        const found = await env.scalekit.list(organization, page);
        vi.setSystemTime(Date.now() + (found.ok && found.value.nextPageToken ? 6_000 : 0));
        return found;
      },
    };
    const outcomes: boolean[] = [];
    do {
      const { ok } = await revokeLeavers({ ...services, scalekit: slow }, leaversIn(event), 'r', { deliveries });
      outcomes.push(ok);
    } while (!outcomes.at(-1) && outcomes.length < 5);
    expect(outcomes.at(-1)).toBe(true);
    expect(outcomes.length).toBeGreaterThan(1);
    expect(await isActive(theirs)).toBe(false);
  },
);
