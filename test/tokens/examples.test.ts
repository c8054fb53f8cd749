import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, startBrowser } from '../portal/browser.ts';
import { clientOf, exchange } from '../support/client.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';
import { paste, shells } from '../support/terminal.ts';

// The commands of docs/tokens.md, and examples/keys-page: a product's own page, which manages keys with its user's session.

const root = fileURLToPath(new URL('../..', import.meta.url));

let runtime: RuntimeProcess;
let server: ChildProcess;
let url: string;
let browser: Browser | undefined;

beforeAll(async () => {
  runtime = await startRuntimeProcess({ assembly: process.env['TEST_CACHED_ASSEMBLY'] ?? '' });
  const script = `${root}examples/keys-page/server.ts`;
  const env = { ...process.env, PORT: '0', RUNTIME_FOLDER: runtime.dataDir };
  server = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  url = await new Promise((resolve) => {
    server.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const found = /http:\S+/.exec(text);
      if (found) resolve(found[0]);
    });
  });
  if (chromiumPath) browser = await startBrowser(chromiumPath);
});
afterAll(async () => {
  await browser?.close();
  server?.kill();
  await runtime?.stop();
});

test.each(shells)('the commands of docs/tokens.md, pasted into %s, use both kinds of tokens', async (shell) => {
  const page = readFileSync(`${root}docs/tokens.md`, 'utf8');
  const [, block = ''] = /^```sh try\n([\s\S]*?)^```$/m.exec(page) ?? [];
  const commands = block
    .replaceAll('npm run -s token --', `${process.execPath} ${root}local/token.ts`)
    .replaceAll('.local/env', `${runtime.dataDir}/env`)
    .replaceAll(/ (session|client)\b/g, ` $1 --data ${runtime.dataDir}`);
  const { text } = await paste(shell, commands, { cwd: root });
  const [session = '', made = '', client = ''] = text.split('\n').filter((line) => /^{.*}$/.test(line));
  expect(JSON.parse(session)).toMatchObject({ credential: 'session', userId: runtime.outputs.userId });
  expect(JSON.parse(made)).toMatchObject({ scope: 'notes:read', userId: runtime.outputs.userId });
  expect(JSON.parse(client)).toMatchObject({ credential: 'client', customClaims: { scope: 'notes:read' } });
});

test('the token is for the page itself only', async () => {
  for (const site of [undefined, 'cross-site', 'same-site', 'none'])
    expect((await exchange(url, 'GET', '/session', site ? { 'Sec-Fetch-Site': site } : {})).status).toBe(404);
});

describe.skipIf(!chromiumPath)('in a browser, a user', () => {
  const { call } = clientOf(() => runtime.outputs);

  test('creates a key, uses it, suspends, resumes and revokes it', async () => {
    const page = await (await browser?.newContext())?.newPage();
    if (!page) throw new Error('no browser');
    page.on('dialog', (dialog) => dialog.accept());
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(url);
    const name = '<img src=x onerror=alert(1)>';
    await page.getByLabel('Name').fill(name);
    await page.getByRole('button', { name: 'Create a key' }).click();
    await page.getByLabel('New key').waitFor();
    const key = await page.getByLabel('New key').inputValue();
    const status = async () => (await call(key, 'GET', '/whoami')).status;
    expect(await status()).toBe(200);
    const line = page.getByRole('row').filter({ hasText: name });
    for (const [action, shown, expected] of [
      ['Suspend', 'suspended', 401],
      ['Resume', 'active', 200],
    ] as const) {
      await line.getByRole('button', { name: action }).click();
      await line.getByRole('cell', { name: shown }).waitFor();
      expect(await status()).toBe(expected);
    }
    await line.getByRole('button', { name: 'Revoke' }).click();
    await line.waitFor({ state: 'detached' });
    expect(await status()).toBe(401);
    expect(errors).toEqual([]);
  });
});
