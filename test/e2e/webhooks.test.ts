import { afterEach, describe, expect, test } from 'vitest';
import type { Answer } from '../support/client.ts';
import { signatureHeaders } from '../support/webhook-delivery.ts';
import { control, createKey, expectProblem, fault, isGood, keyFromScalekit, scalekit, send, target } from './client.ts';
import { documentedEvents } from './documented-events.ts';

// Webhooks with Scalekit's signature. Without the webhook secret the tests are skipped.

const secret = target.webhookSecret ?? '';
const admin = target.adminKey;
const { organizationId, otherOrganizationId, userId } = target;

interface Delivery {
  readonly id?: string;
  readonly sentAt?: number;
  readonly key?: string;
  readonly headers?: Record<string, string>;
  readonly query?: string;
}

/** Delivers an event as Scalekit does: an event that the route's limit refused is sent again. */
async function deliver(
  body: unknown,
  { id = 'msg_1', sentAt = Date.now(), key = secret, headers = {}, query = '' }: Delivery = {},
): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const sent = { 'Content-Type': 'application/json', ...signatureHeaders(key, text, id, sentAt), ...headers };
  for (;;) {
    const answer = await send('POST', `/webhooks/scalekit${query}`, sent, text);
    if (answer.status !== 429) return answer;
    await new Promise((resolve) => setTimeout(resolve, Number(answer.headers['retry-after']) * 1_000));
  }
}

const event = (type: string, data: object, more: object = {}) => ({
  spec_version: '1',
  id: `evt_${Date.now()}`,
  type,
  occurred_at: new Date().toISOString(),
  environment_id: 'env_1',
  organization_id: organizationId,
  object: 'OrgMembership',
  data,
  ...more,
});
const left = (more: object = {}) => event('user.organization_membership_deleted', { user_id: userId }, more);
const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

describe.skipIf(target.webhookSecret === null)('a person who leaves', () => {
  test('loses all their keys, and nobody else loses a key', async () => {
    const [first, second] = [await createKey(admin, { userId }), await createKey(admin, { userId })];
    const organizations = await createKey(admin, {});
    await pause();
    const answer = await deliver(left());
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json.revoked).toBeGreaterThanOrEqual(2);
    expect([await isGood(first.key), await isGood(second.key), await isGood(organizations.key)]).toEqual([
      false,
      false,
      true,
    ]);
  });

  test('a repeated or late delivery leaves keys that were created since', async () => {
    const before = await createKey(admin, { userId });
    await pause();
    const message = left();
    await pause();
    const after = await keyFromScalekit(target.organizationId, { userId });
    expect((await deliver(message)).json.revoked).toBeGreaterThanOrEqual(1);
    expect((await deliver(message)).json).toEqual({ revoked: 0 });
    expect([await isGood(before.key), await isGood(after.key)]).toEqual([false, true]);
    const older = left({ occurred_at: new Date(Date.now() - 3_600_000).toISOString() });
    expect((await deliver(older)).json).toEqual({ revoked: 0 });
    expect(await isGood(after.key)).toBe(true);
  });

  test('keys that a leaver’s key made after the event end with it', async () => {
    const theirs = await createKey(admin, { userId, scope: 'keys:write' });
    await pause();
    const message = left();
    await pause();
    const made = await createKey(theirs.key, { scope: 'keys:write' });
    const grandchild = await createKey(made.key, {});
    const byAnother = await createKey(admin, { userId });
    expect((await deliver(message)).status).toBe(200);
    const keys = [theirs, made, grandchild, byAnother];
    expect(await Promise.all(keys.map(({ key }) => isGood(key)))).toEqual([false, false, false, true]);
  });

  test('an event for another organization affects only that organization', async () => {
    const here = await createKey(admin, { userId });
    const there = await keyFromScalekit(otherOrganizationId, {});
    await pause();
    expect((await deliver(left({ organization_id: otherOrganizationId }))).json).toEqual({ revoked: 0 });
    expect([await isGood(here.key), await isGood(there.key)]).toEqual([true, true]);
    expect((await deliver(left({ organization_id: 'org_1' }))).json).toEqual({ revoked: 0 });
  });

  test('a directory’s user is found by the email address', async () => {
    const { tokenInfo } = await scalekit.token.validateToken((await createKey(admin, { userId })).key);
    const email = tokenInfo?.email ?? '';
    expect(email).not.toBe('');
    const key = await createKey(admin, { userId });
    const organizations = await createKey(admin, {});
    await pause();
    const gone = (address: string) => event('organization.directory.user_deleted', { id: 'diruser_1', email: address });
    expect((await deliver(gone('nobody@example.com'))).json).toEqual({ revoked: 0 });
    expect(await isGood(key.key)).toBe(true);
    expect((await deliver(gone(email.toUpperCase()))).json.revoked).toBeGreaterThanOrEqual(1);
    expect([await isGood(key.key), await isGood(organizations.key)]).toEqual([false, true]);
  });

  test('a deleted organization loses every key', async () => {
    const { organization } = await scalekit.organization.createOrganization('Leaving');
    const keys = await Promise.all([1, 2, 3].map(() => keyFromScalekit(organization?.id ?? '', {})));
    const here = await createKey(admin, {});
    await pause();
    const answer = await deliver(
      event('organization.deleted', { id: organization?.id }, { organization_id: undefined }),
    );
    expect(answer.json).toEqual({ revoked: 3 });
    expect(await Promise.all(keys.map(({ key }) => isGood(key)))).toEqual([false, false, false]);
    expect(await isGood(here.key)).toBe(true);
  });

  test('other events and new fields change nothing', async () => {
    const key = await createKey(admin, { userId });
    await pause();
    for (const type of ['user.login', 'organization.updated', 'user.organization_membership_created', 'new.type'])
      expect((await deliver(event(type, { user_id: userId, new: [1] }, { new: {} }))).json).toEqual({ revoked: 0 });
    expect(await isGood(key.key)).toBe(true);
  });

  test('is found by any of the event’s names for them, even if other names are empty or null', async () => {
    const { tokenInfo } = await scalekit.token.validateToken((await createKey(admin, { userId })).key);
    const { email } = tokenInfo ?? {};
    const nested = { user_id: '', user: { id: userId, email: null }, organization: { id: organizationId } };
    const directory = { id: 'diruser_1', email, organization: 'Acme', user: null };
    const empty = { organization_id: '' };
    const reports = [
      event('user.organization_membership_deleted', nested, empty),
      event('user.organization_membership_deleted', nested, { organization_id: null }),
      event('user.organization_membership_deleted', { ...nested, organization: 'Acme' }),
      event('organization.directory.user_deleted', directory),
      event('organization.directory.user_deleted', { ...directory, organization_id: organizationId }, empty),
      event('organization.directory.user_updated', { ...directory, active: false }),
    ];
    for (const report of reports) {
      const { key } = await createKey(admin, { userId });
      await pause();
      const answer = await deliver({ ...report, occurred_at: new Date().toISOString() });
      expect(answer.status, answer.text).toBe(200);
      expect(await isGood(key), JSON.stringify(report)).toBe(false);
    }
  });

  test('a query in the webhook URL changes nothing', async () => {
    const key = await createKey(admin, { userId });
    await pause();
    expect((await deliver(left(), { query: '?from=scalekit&from=x&empty' })).status).toBe(200);
    expect(await isGood(key.key)).toBe(false);
  });
});

test.skipIf(target.webhookSecret === null)(
  'every event that Scalekit documents is accepted, and ends exactly the keys of the leavers it reports',
  async () => {
    const { organization } = await scalekit.organization.createOrganization('Documented');
    const { id = '' } = organization ?? {};
    const email = `documented-${Date.now()}@example.com`;
    const { user } = await scalekit.user.createUserAndMembership(id, { email });
    const names = { organizationId: id, userId: user?.id ?? '', email };
    const ended: Readonly<Record<string, readonly string[]>> = {
      'organization.deleted': ['user', 'organization'],
      'organization.directory.user_deleted': ['user'],
      'user.organization_membership_deleted': ['user'],
    };
    const makers: Readonly<Record<string, () => ReturnType<typeof keyFromScalekit>>> = {
      user: () => keyFromScalekit(id, { userId: names.userId }),
      organization: () => keyFromScalekit(id),
    };
    const keys = new Map<string, string>();
    const events = documentedEvents(names);
    expect(new Set(events.map(({ type }) => type)).size).toBe(41);
    for (const documented of events) {
      for (const [whose, make] of Object.entries(makers)) if (!keys.has(whose)) keys.set(whose, (await make()).key);
      await pause();
      const answer = await deliver({ ...event(documented.type, {}, { organization_id: undefined }), ...documented });
      expect(answer.status, documented.type).toBe(200);
      const gone: string[] = [];
      for (const [whose, key] of keys) if (!(await isGood(key))) gone.push(whose);
      expect(gone, documented.type).toEqual(ended[documented.type] ?? []);
      for (const whose of gone) keys.delete(whose);
    }
  },
);

describe.skipIf(target.webhookSecret === null || target.controlUrl === null)('the work that a delivery leaves', () => {
  const waiting = async () => (await control('GET')).work.length;
  afterEach(() => fault(undefined));

  test('is done after Scalekit’s outage, even if it never sends the event again', async () => {
    const keys = [await createKey(admin, { userId }), await createKey(admin, { userId })];
    await pause();
    const message = left();
    await fault({ kind: 'unavailable', on: ['ListTokens'] });
    for (let delivery = 0; delivery < 4; delivery++) expect((await deliver(message)).status).toBe(202);
    const after = await keyFromScalekit(target.organizationId, { userId });
    expect(await isGood(keys[0]?.key ?? '')).toBe(true);
    expect(await waiting()).toBeGreaterThan(0);
    await fault(undefined);
    await expect.poll(waiting, { timeout: 30_000 }).toBe(0);
    expect(await Promise.all([...keys, after].map(({ key }) => isGood(key)))).toEqual([false, false, true]);
  });

  test('is done for a single key too', async () => {
    const key = await createKey(admin, { userId });
    await pause();
    await fault({ kind: 'permission_denied', on: ['InvalidateToken'], times: 1 });
    expect((await deliver(left())).status).toBe(202);
    await expect.poll(() => isGood(key.key), { timeout: 30_000 }).toBe(false);
    await expect.poll(waiting, { timeout: 30_000 }).toBe(0);
  });

  test('is an error if the queue cannot be written, and a retry does it', async () => {
    const key = await createKey(admin, { userId });
    await pause();
    const message = left();
    await control('PUT', '/sqs/fault', { kind: 'fail' });
    await fault({ kind: 'permission_denied', on: ['InvalidateToken'], times: 1 });
    expectProblem(await deliver(message), 503, 'upstream_unavailable');
    expect(await isGood(key.key)).toBe(true);
    expect((await deliver(message)).status).toBe(200);
    expect(await isGood(key.key)).toBe(false);
  });
});

describe.skipIf(target.webhookSecret === null)('a webhook without a valid, current signature', () => {
  const other = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
  test.each<[string, () => Promise<Answer>]>([
    ['another secret', () => deliver(left(), { key: other })],
    ['another id', () => deliver(left(), { headers: { 'Webhook-Id': 'msg_2' } })],
    ['an old timestamp', () => deliver(left(), { sentAt: Date.now() - 360_000 })],
    ['a future timestamp', () => deliver(left(), { sentAt: Date.now() + 360_000 })],
    [
      'a moved timestamp',
      () =>
        deliver(left(), {
          sentAt: Date.now() - 360_000,
          headers: { 'Webhook-Timestamp': String(Math.floor(Date.now() / 1000)) },
        }),
    ],
    ['no signature', () => deliver(left(), { headers: { 'Webhook-Signature': '' } })],
    ['another version', () => deliver(left(), { headers: { 'Webhook-Signature': 'v2,AAAA' } })],
    ['a short signature', () => deliver(left(), { headers: { 'Webhook-Signature': 'v1,AAAA' } })],
    ['nothing at all', () => send('POST', '/webhooks/scalekit', {}, '')],
  ])('%s is a 401 and ends no key', async (_what, attempt) => {
    const key = await createKey(admin, { userId });
    await pause();
    expectProblem(await attempt(), 401, 'invalid_webhook_signature');
    expect(await isGood(key.key)).toBe(true);
  });

  test.each([
    ['invalid JSON', 'x'],
    ['no event', {}],
    ['no time', left({ occurred_at: 'yesterday' })],
    ['no user', event('user.organization_membership_deleted', {})],
    ['no address', event('organization.directory.user_deleted', { id: 'diruser_1' })],
    ['no organization', event('organization.deleted', {}, { organization_id: undefined })],
  ])('%s with a valid signature is a 400, because nothing was done for the event', async (_what, body) => {
    expectProblem(await deliver(body), 400, 'invalid_request');
  });
});
