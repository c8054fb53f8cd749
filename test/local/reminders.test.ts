import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { clientOf } from '../support/client.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';

// Events before keys end, over HTTP and schedules, with the setting `expiryReminders`.

let runtime: RuntimeProcess;
beforeAll(async () => {
  runtime = await startRuntimeProcess({ assembly: process.env['TEST_LIMITED_ASSEMBLY'] ?? '' });
});
afterAll(() => runtime.stop());

const { call, newKey, control } = clientOf(() => runtime.outputs);
const daySeconds = 86_400;
const asAdmin = (method: string, path: string, body?: unknown) => call(runtime.outputs.adminKey, method, path, body);

interface Scheduled {
  readonly name: string;
  readonly at: string;
}
const scheduled = async (): Promise<Scheduled[]> => (await control('GET')).schedules;
const scheduleOf = async (keyId: string, daysLeft: number) =>
  (await scheduled()).find(({ name }) => name === `expiry-${keyId}-${daysLeft}`);

interface Recorded {
  readonly 'detail-type': string;
  readonly detail: { readonly keyId: string; readonly daysLeft?: number; readonly expiresAt?: string };
}
async function eventsOf(keyId: string): Promise<Recorded[]> {
  const events = (await control('GET', '/events')) as { events?: Recorded[] } | Recorded[];
  const all = Array.isArray(events) ? events : (events.events ?? []);
  return all.filter(({ detail }) => detail.keyId === keyId);
}

/** How long until the first reminder of the keys that these tests make. */
const soonSeconds = 4;
const expiring = () => newKey({ expiresIn: 14 * daySeconds + soonSeconds });

test('a key that ends in 20 days is scheduled for its first reminder', async () => {
  const { keyId } = await newKey({ expiresIn: 20 * daySeconds });
  const { at = '' } = (await scheduleOf(keyId, 14)) ?? {};
  expect(Math.round((Date.parse(at) - Date.now()) / (daySeconds * 1000))).toBe(6);
});

test('a reminder is recorded 14 days before the end, and the schedule moves on', async () => {
  const { keyId } = await expiring();
  const reminded = await vi.waitFor(
    async () => {
      const events = await eventsOf(keyId);
      expect(events.map((event) => event['detail-type'])).toEqual(['ApiKey Created', 'ApiKey Expiring']);
      return events[1];
    },
    { timeout: 20_000, interval: 200 },
  );
  expect(reminded?.detail).toMatchObject({ daysLeft: 14, expiresAt: expect.stringMatching(/Z$/) });
  const next = await vi.waitUntil(() => scheduleOf(keyId, 7), { timeout: 5_000 });
  expect(Math.round((Date.parse(next?.at ?? '') - Date.now()) / (daySeconds * 1000))).toBe(7);
});

test('a key that was rotated or ended meanwhile causes none', async () => {
  const [rotated, ended] = [await expiring(), await expiring()];
  expect((await asAdmin('POST', `/keys/${rotated.keyId}/rotate`, { overlapSeconds: 3600 })).status).toBe(201);
  expect((await asAdmin('DELETE', `/keys/${ended.keyId}`)).status).toBe(204);
  await vi.waitFor(
    async () => {
      for (const { keyId } of [rotated, ended]) expect(await scheduleOf(keyId, 14)).toBeUndefined(); // it has fired
    },
    { timeout: 20_000, interval: 200 },
  );
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  for (const { keyId } of [rotated, ended])
    expect((await eventsOf(keyId)).map((event) => event['detail-type'])).not.toContain('ApiKey Expiring');
});
