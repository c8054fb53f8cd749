import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { connect, type OperatorClient } from '../../infra/commands/operator-client.ts';
import { unused } from '../../infra/commands/unused.ts';

// `npm run keys -- unused` against an API whose keys have any age that a test needs.

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
const days = 30;
const old = hoursAgo(24 * days + 3);
const key = (keyId: string, more: object = {}) => ({ keyId, createdAt: old, ...more });

/** The pages that the API answers with. */
let pages: { keys: object[]; usageRecordedSince?: string; usageRecordedUntil?: string }[];
let failing: string | undefined;
let deleted: string[];
const recorded = { usageRecordedSince: old, usageRecordedUntil: hoursAgo(1) };

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://api');
  const keyId = pathname.split('/')[4] ?? '';
  const answer = (status: number, body: object) => response.writeHead(status).end(JSON.stringify(body));
  if (request.method === 'DELETE' && keyId === failing)
    answer(503, { status: 503, code: 'cache_not_flushed', detail: 'The key is revoked.' });
  else if (request.method === 'DELETE') {
    deleted.push(keyId);
    response.writeHead(204).end();
  } else {
    const index = Number(searchParams.get('pageToken') ?? 0);
    answer(200, { ...pages[index], ...(index + 1 < pages.length ? { nextPageToken: String(index + 1) } : {}) });
  }
});

let client: OperatorClient;
beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = await connect({ organization: 'org_1', url });
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
});

beforeEach(() => {
  deleted = [];
  failing = undefined;
  pages = [
    { keys: [key('apit_never'), key('apit_used', { lastUsedAt: hoursAgo(24) })], ...recorded },
    {
      keys: [
        key('apit_long', { lastUsedAt: hoursAgo(24 * days + 2.5) }),
        key('apit_close', { lastUsedAt: hoursAgo(24 * days + 1.5) }),
        key('apit_young', { createdAt: hoursAgo(24 * days - 1) }),
        key('apit_ageless', { createdAt: undefined }),
        key('apit_odd', { lastUsedAt: 'lately' }),
      ],
      ...recorded,
    },
    { keys: [] },
  ];
});

interface Outcome {
  readonly unused: { readonly keyId: string }[];
  readonly revoked: number;
}

async function run(options: { revoke?: boolean; yes?: boolean; dryRun?: boolean } = {}): Promise<Outcome> {
  let shown: object = {};
  await unused(client, { days, ...options }, (answer) => {
    shown = answer;
  });
  return shown as Outcome;
}

const ids = ({ unused: keys }: Outcome) => keys.map(({ keyId }) => keyId);

test('shows the keys of all pages that are certainly unused, and revokes nothing', async () => {
  expect(ids(await run())).toEqual(['apit_never', 'apit_long']);
  expect(ids(await run({ revoke: true, dryRun: true, yes: true }))).toEqual(['apit_never', 'apit_long']);
  expect(deleted).toEqual([]);
});

test('revokes them with --yes, and reports their number without --yes and without a terminal', async () => {
  await expect(run({ revoke: true })).rejects.toThrow(/^This revokes 2 keys of org_1\. There is no terminal/);
  expect(deleted).toEqual([]);
  expect(await run({ revoke: true, yes: true })).toMatchObject({ revoked: 2 });
  expect(deleted).toEqual(['apit_never', 'apit_long']);
});

test('names a key that could not be revoked, and the next step', async () => {
  failing = 'apit_long';
  await expect(run({ revoke: true, yes: true })).rejects.toThrow(
    /^1 of 2 keys are revoked\. Revoke apit_long by its id, then run this again: .*503 cache_not_flushed/,
  );
  expect(deleted).toEqual(['apit_never']);
});

describe('nothing is revoked', () => {
  test.each([
    ['recording started too late', { ...recorded, usageRecordedSince: hoursAgo(24 * days - 1) }, /less than 30 days/],
    [
      'no use was recorded recently',
      { ...recorded, usageRecordedUntil: hoursAgo(4) },
      /No use of any key has been recorded/,
    ],
    ['the record cannot be read', {}, /unknown how long uses have been recorded/],
    ['its start is not a time', { ...recorded, usageRecordedSince: 'soon' }, /less than 30 days/],
    ['its latest use is not a time', { ...recorded, usageRecordedUntil: 'now' }, /No use of any key has been recorded/],
  ])('if %s, on any page', async (_what, changed, message) => {
    pages = pages.map(({ keys }, index) => ({ keys, ...(index === 0 ? recorded : changed) }));
    for (const dryRun of [false, true]) await expect(run({ revoke: true, yes: true, dryRun })).rejects.toThrow(message);
    expect(deleted).toEqual([]);
  });
});

test.each([
  ['recording started too late', { ...recorded, usageRecordedSince: hoursAgo(24 * days - 1) }],
  ['the record cannot be read', {}],
])('if %s, shows no key as unused, and says why', async (_what, changed) => {
  const told = vi.spyOn(console, 'error').mockImplementation(() => {});
  pages = pages.map(({ keys }) => ({ keys, ...changed }));
  expect(ids(await run())).toEqual([]);
  expect(told).toHaveBeenCalledWith(expect.stringContaining('recorded'));
  told.mockRestore();
});
