import { readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { blocks, root, runBlock } from '../containment/incident-page.ts';
import { clientOf, sdkOf } from '../support/client.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';

// The commands of docs/incidents.md, as they stand there, against a local runtime.

let runtime: RuntimeProcess;
beforeAll(async () => {
  runtime = await startRuntimeProcess();
});
afterAll(async () => {
  await runtime.stop();
  for (const file of ['new.key', 'rotated.key']) rmSync(root + file, { force: true });
});

const { newKey, isGood } = clientOf(() => runtime.outputs);

const ran = new Set<string>();

function run(name: string, variables: Record<string, string> = {}): Promise<string> {
  ran.add(name);
  return runBlock(runtime, name, variables);
}

test('a leaked key ends by who holds it', async () => {
  const { key } = await newKey();
  await run('leaked-holder', { PLAIN_KEY: key });
  expect(await isGood(key)).toBe(false);
});

test('a leaked key ends by its id, with all that it made', async () => {
  const stolen = await newKey({ scope: 'keys:read keys:write' });
  const since = new Date().toISOString();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const made = await newKey({}, stolen.key);
  const other = await newKey();
  await run('leaked-operator', { KEY_ID: stolen.keyId });
  expect(await isGood(stolen.key)).toBe(false);
  const output = await run('leaked-issued', { KEY_ID: stolen.keyId });
  expect(output).toContain('"matched": 1');
  expect([await isGood(made.key), await isGood(other.key)]).toEqual([false, true]);
  const check = await run('leaked-check', { KEY_ID: stolen.keyId, SINCE: since });
  expect(check).toContain(`${stolen.keyId} is not active`);
  expect(check).toContain('"matched": 1'); // the other one, which is known
});

test('what hides from the id of its maker ends by the time that it was made, and the check finds it until then', async () => {
  const older = await newKey({ scope: 'keys:read keys:write' });
  const since = new Date(Date.now() + 1).toISOString();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const link = await newKey({ scope: 'keys:write' }, older.key);
  const hidden = await newKey({}, link.key);
  for (const { keyId } of [link, older]) await run('leaked-operator', { KEY_ID: keyId });
  expect(await run('leaked-issued', { KEY_ID: older.keyId })).toContain('"matched": 0');
  expect(await isGood(hidden.key)).toBe(true);
  expect(await run('leaked-check', { KEY_ID: older.keyId, SINCE: since })).toContain('"matched": 1');
  await run('leaked-since', { SINCE: since });
  expect(await isGood(hidden.key)).toBe(false);
  expect(await run('leaked-since-check', { SINCE: since })).toContain('"matched": 0');
});

test('who left loses their keys; what they could read is rotated', async () => {
  const { userId } = runtime.outputs;
  const theirs = await newKey({ userId });
  const shared = await newKey();
  await run('left', { USER_ID: userId });
  expect(await isGood(theirs.key)).toBe(false);
  expect(await run('left-check', { USER_ID: userId })).toContain('[]');
  await run('left-rotate', { KEY_ID: shared.keyId });
  expect(await isGood(shared.key)).toBe(false);
  expect(await isGood(readFileSync(`${root}rotated.key`, 'utf8').trim())).toBe(true);
});

test('a webhook that is signed as the page has it ends the keys of who left', async () => {
  const { userId, webhookSecret } = runtime.outputs;
  const theirs = await newKey({ userId });
  const output = await run('left-webhook', { USER_ID: userId, SECRET: webhookSecret });
  expect(output).toContain('{"revoked":1}');
  expect(await isGood(theirs.key)).toBe(false);
});

test('a key that was ended in the dashboard is forgotten, and one that is active goes on', async () => {
  const { key, keyId } = await newKey();
  const active = await newKey();
  await sdkOf(runtime.outputs.scalekit).token.invalidateToken(keyId);
  expect(await run('dashboard', { KEY_ID: keyId })).toContain(keyId);
  await run('dashboard', { KEY_ID: active.keyId });
  expect([await isGood(key), await isGood(active.key)]).toEqual([false, true]);
});

test('keys that nobody knows of are found and ended', async () => {
  const { key, keyId } = await newKey();
  expect(await run('secret-check', { KEY_ID: keyId })).toContain(keyId);
  expect(await isGood(key)).toBe(false);
});

test('a breached customer has no key left, and gets a new one', async () => {
  const keys = [await newKey(), await newKey()];
  await run('breached');
  expect(await Promise.all(keys.map(({ key }) => isGood(key)))).toEqual([false, false]);
  expect(await isGood(runtime.outputs.adminKey)).toBe(false);
  expect(await run('breached-check')).toContain('[]');
  await run('breached-new');
  expect(await isGood(readFileSync(`${root}new.key`, 'utf8').trim())).toBe(true);
});

test('every command of the page was run', () => {
  expect([...blocks.keys()].filter((name) => name !== 'setup' && !ran.has(name))).toEqual([]);
});
