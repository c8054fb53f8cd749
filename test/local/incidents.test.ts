import { readFileSync, rmSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocks, root, setUp } from '../containment/incident-page.ts';
import { clientOf, sdkOf } from '../support/client.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';
import { paste, shells } from '../support/terminal.ts';

// The unchanged commands of docs/incidents.md, pasted into common shells, against a local runtime.

let runtime: RuntimeProcess;
beforeAll(async () => {
  runtime = await startRuntimeProcess();
});
afterAll(async () => {
  await runtime.stop();
  for (const file of ['new.key', 'rotated.key']) rmSync(root + file, { force: true });
});

/** An organization's key. It is replaced after all keys were ended. */
let adminKey: string | undefined;
const { newKey, isGood } = clientOf(() => ({ ...runtime.outputs, adminKey: adminKey ?? runtime.outputs.adminKey }));

describe.each(shells)('in %s', (shell) => {
  const ran = new Set<string>();

  async function run(name: string, variables: Record<string, string> = {}): Promise<string> {
    ran.add(name);
    const { outputs, dataDir } = runtime;
    const env = { ORG: outputs.organizationId, API: outputs.apiUrl, ...variables };
    const { text } = await paste(shell, `${setUp(dataDir)}\n${blocks.get(name)}`, { cwd: root, env });
    expect(text).not.toMatch(/command not found|no matches found|parse error|syntax error/);
    return text;
  }

  test('the holder of a leaked key can end it', async () => {
    const { key } = await newKey();
    await run('leaked-holder', { PLAIN_KEY: key });
    expect(await isGood(key)).toBe(false);
  });

  test('an operator can end a leaked key by its id, with all keys that it made', async () => {
    const stolen = await newKey({ scope: 'keys:read keys:write' });
    const since = new Date().toISOString();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const made = await newKey({}, stolen.key);
    const other = await newKey();
    await run('leaked-operator', { KEY_ID: stolen.keyId });
    expect(await isGood(stolen.key)).toBe(false);
    expect(await run('leaked-issued-count', { KEY_ID: stolen.keyId })).toContain('1 keys of');
    await run('leaked-issued', { KEY_ID: stolen.keyId });
    expect([await isGood(made.key), await isGood(other.key)]).toEqual([false, true]);
    const check = await run('leaked-check', { KEY_ID: stolen.keyId, SINCE: since });
    expect(check).toContain(`${stolen.keyId} is not active`);
    expect(check).toContain('1 keys of'); // the other key, which is known
  });

  test('the keys that were made by a stolen link can be ended, with the keys that those made', async () => {
    const { scalekit, organizationId } = runtime.outputs;
    const link = `plink_${shell.replace(/\W/g, '')}`;
    const customClaims = { issued_by: link, scope: 'keys:write' };
    const { token } = await sdkOf(scalekit).token.createToken(organizationId, { customClaims });
    const made = await newKey({}, token);
    expect(await run('link-count', { LINK_ID: link })).toContain('2 keys of');
    await run('link-issued', { LINK_ID: link });
    expect([await isGood(token), await isGood(made.key)]).toEqual([false, false]);
  });

  test('the keys that a stolen token made can be ended, with the keys that those made', async () => {
    const { scalekit, organizationId } = runtime.outputs;
    const client = `m2morg_${shell.replace(/\W/g, '')}`;
    const customClaims = { issued_by: client, scope: 'keys:write' };
    const { token } = await sdkOf(scalekit).token.createToken(organizationId, { customClaims });
    const made = await newKey({}, token);
    await run('token-issued', { MAKER_ID: client });
    expect([await isGood(token), await isGood(made.key)]).toEqual([false, false]);
  });

  test('a leaked key can be ended without an API', async () => {
    const { key, keyId } = await newKey();
    expect(await run('leaked-direct', { KEY_ID: keyId })).toContain(`Revoked ${keyId}`);
    expect(await isGood(key)).toBe(false);
  });

  test('a key that issuedBy cannot find ends by its creation time, and the check finds it until then', async () => {
    const older = await newKey({ scope: 'keys:read keys:write' });
    const since = new Date(Date.now() + 1).toISOString();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const link = await newKey({ scope: 'keys:write' }, older.key);
    const hidden = await newKey({}, link.key);
    for (const { keyId } of [link, older]) await run('leaked-operator', { KEY_ID: keyId });
    expect(await run('leaked-issued', { KEY_ID: older.keyId })).toContain('Revoked 0 of 0 keys');
    expect(await isGood(hidden.key)).toBe(true);
    expect(await run('leaked-check', { KEY_ID: older.keyId, SINCE: since })).toContain('1 keys of');
    expect(await run('leaked-since-count', { SINCE: since })).toContain('1 keys of');
    await run('leaked-since', { SINCE: since });
    expect(await isGood(hidden.key)).toBe(false);
    expect(await run('leaked-since-check', { SINCE: since })).toContain('0 keys of');
  });

  test('a user who left loses their keys, and the keys that they could read are rotated', async () => {
    const { userId } = runtime.outputs;
    const theirs = await newKey({ userId });
    const shared = await newKey();
    expect(await run('left-count', { USER_ID: userId })).toContain('1 keys of');
    await run('left', { USER_ID: userId });
    expect(await isGood(theirs.key)).toBe(false);
    expect(await run('left-check', { USER_ID: userId })).toContain('No active keys.');
    await run('left-rotate', { KEY_ID: shared.keyId });
    expect(await isGood(shared.key)).toBe(false);
    expect(await isGood(readFileSync(`${root}rotated.key`, 'utf8').trim())).toBe(true);
  });

  test('a webhook that is signed as the page says ends the keys of a user who left', async () => {
    const { userId, webhookSecret } = runtime.outputs;
    const theirs = await newKey({ userId });
    const output = await run('left-webhook', { USER_ID: userId, SECRET: webhookSecret });
    expect(output).toContain('{"revoked":1}');
    expect(await isGood(theirs.key)).toBe(false);
  });

  test('a key that was ended in the dashboard is forgotten, and an active key still works', async () => {
    const { key, keyId } = await newKey();
    const active = await newKey();
    await sdkOf(runtime.outputs.scalekit).token.invalidateToken(keyId);
    expect(await run('dashboard', { KEY_ID: keyId })).toContain(keyId);
    await run('dashboard', { KEY_ID: active.keyId });
    expect([await isGood(key), await isGood(active.key)]).toEqual([false, true]);
  });

  test('unknown keys are found and ended', async () => {
    const { key, keyId } = await newKey();
    expect(await run('secret-check', { KEY_ID: keyId })).toContain(keyId);
    expect(await isGood(key)).toBe(false);
  });

  test('a breached customer loses every key and gets a new one', async () => {
    const keys = [await newKey(), await newKey()];
    expect(await run('breached-count')).toMatch(/\d keys of/);
    await run('breached');
    expect(await Promise.all(keys.map(({ key }) => isGood(key)))).toEqual([false, false]);
    expect(await isGood(adminKey ?? runtime.outputs.adminKey)).toBe(false);
    expect(await run('breached-check')).toContain('No active keys.');
    await run('breached-new');
    adminKey = readFileSync(`${root}new.key`, 'utf8').trim();
    expect(await isGood(adminKey)).toBe(true);
    expect(statSync(`${root}new.key`).mode & 0o777).toBe(0o600);
  });

  test('every command of the page was run', () => {
    expect([...blocks.keys()].filter((name) => name !== 'setup' && !ran.has(name))).toEqual([]);
  });
});
