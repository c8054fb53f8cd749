import { expect, test } from 'vitest';
import type { Item } from '../../shared/aws/dynamodb.ts';
import { suspensionsIn } from '../../shared/decision-cache/suspensions.ts';
import type { Table } from '../../shared/decision-cache/table.ts';
import { fail, ok } from '../../shared/result.ts';

let now = 1_000_000;
const items = new Map<string, Item>();
const table = {
  get: async (id: string) => ok(items.get(id)),
  put: async (item: Item & { readonly id: { readonly S: string } }) => ok(void items.set(item.id.S, item)),
} as unknown as Table;
const suspensions = suspensionsIn(table, () => now);

test('a suspension is recent for a minute, and only of its own key', async () => {
  await suspensions.record('apit_1', true);
  expect(await suspensions.isRecent('apit_1')).toEqual(ok(true));
  expect(await suspensions.isRecent('apit_2')).toEqual(ok(false));
  now += 59_999;
  expect(await suspensions.isRecent('apit_1')).toEqual(ok(true));
  now += 2;
  expect(await suspensions.isRecent('apit_1')).toEqual(ok(false));
});

test('a resumption ends it', async () => {
  await suspensions.record('apit_3', true);
  await suspensions.record('apit_3', false);
  expect(await suspensions.isRecent('apit_3')).toEqual(ok(false));
});

test('a table that fails is never taken for "not suspended"', async () => {
  const failure = { kind: 'failed', cause: new Error('down') } as const;
  const broken = suspensionsIn(
    { get: async () => fail(failure), put: async () => fail(failure) } as unknown as Table,
    () => now,
  );
  expect(await broken.isRecent('apit_1')).toMatchObject({ ok: false, failure: { kind: 'cache_not_flushed' } });
  expect(await broken.record('apit_1', true)).toMatchObject({ ok: false, failure: { kind: 'cache_not_flushed' } });
});
