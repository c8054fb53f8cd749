import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf } from '../support/client.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';
import { callAsOperator } from '../support/signed-request.ts';
import { chromiumPath, startBrowser } from './browser.ts';
import { newLink } from './person.ts';
import { fillList, newOrganization, walk } from './walk.ts';

// The page for keys in Chromium.

if (!chromiumPath)
  console.warn('The tests in a browser are skipped: there is no Chromium. Install it, or set CHROMIUM to its path.');

let runtime: RuntimeProcess;
let browser: Browser;
const opened: BrowserContext[] = [];

beforeAll(async () => {
  if (!chromiumPath) return;
  [runtime, browser] = await Promise.all([
    startRuntimeProcess({ assembly: process.env['TEST_LIMITED_ASSEMBLY'] ?? '' }),
    startBrowser(chromiumPath),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await runtime?.stop();
});

const { isGood } = clientOf(() => runtime.outputs);

/** A deployment with a new organization, so that tests do not see each other's keys. */
const newcomer = () => newOrganization(runtime.outputs);
type Organization = Awaited<ReturnType<typeof newcomer>>;

/** A browser window. A page that reports an error fails the test that opened it. */
async function openPage(
  options: BrowserContextOptions = {},
): Promise<{ page: Page; context: BrowserContext; errors: string[] }> {
  const context = await browser.newContext(options);
  opened.push(context);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    // Chromium reports each answer from 400 on.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      errors.push(message.text());
  });
  return { page, context, errors };
}

/** Opens a link and goes on to the list. */
async function enter(page: Page, organization: Organization, body: object = {}): Promise<void> {
  await page.goto((await newLink(organization, body)).url);
  await page.getByRole('button', { name: 'Continue as' }).click();
}

async function createKey(page: Page, name: string): Promise<string> {
  await page.getByRole('link', { name: 'Create a key' }).click();
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Create' }).click();
  return page.locator('#key').inputValue();
}

const keysOf = async (organization: Organization): Promise<{ keyId: string; description: string }[]> =>
  (await callAsOperator(organization, 'GET', '/keys?pageSize=30')).json.keys;

const narrow = { width: 360, height: 740 };

/** Waits for the page with a title. */
const titled = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

/** The faults of what a page shows. Without a second window for each analysis, which no frame of ours needs. */
async function faultsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

describe.skipIf(!chromiumPath)('the page for keys in a browser', () => {
  test('has no screen with an accessibility fault', async () => {
    const organization = await newcomer();
    await fillList(organization);
    const { page, errors } = await openPage();
    const seen: string[] = [];
    await walk(page, organization, async (screen) => {
      seen.push(screen);
      expect(await faultsOf(page), screen).toEqual([]);
      if (!['list', 'create-error', 'new-key', 'revoke', 'session-over'].includes(screen)) return;
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.setViewportSize(narrow);
      expect(await faultsOf(page), `${screen}, dark and narrow`).toEqual([]);
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize({ width: 1280, height: 720 });
    });
    expect(seen.length).toBeGreaterThanOrEqual(14);
    expect(errors).toEqual([]);
  });

  test('works without JavaScript, and no screen is wider than a narrow window', async () => {
    const organization = await newcomer();
    await fillList(organization);
    const { page } = await openPage({ javaScriptEnabled: false, viewport: narrow });
    const titles: string[] = [];
    await walk(page, organization, async (screen) => {
      titles.push((await page.locator('h1').textContent()) ?? '');
      const overflow = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
      expect(overflow, `${screen} is wider than the window`).toBe(false);
    });
    expect(titles).toContain('Reporting is ready');
    expect(titles).toContain('Billing service has a new key');
    const names = (await keysOf(organization)).map(({ description }) => description);
    expect(names).not.toContain('Nightly export');
  });

  test('works with the keyboard alone', async () => {
    const organization = await newcomer();
    const { page } = await openPage();
    await page.goto((await newLink(organization)).url);
    const tabTo = async (name: string) => {
      for (let step = 0; step < 20; step++) {
        await page.keyboard.press('Tab');
        const text = await page.evaluate(
          '((one) => `${one?.textContent}${one?.id}${one?.value}`)(document.activeElement)',
        );
        if (String(text).includes(name)) return;
      }
      throw new Error(`Tab does not reach ${name}`);
    };
    await tabTo('Continue as');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/keys');
    await tabTo('Create a key');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/new');
    await tabTo('name');
    await page.keyboard.type('By keyboard');
    await tabTo('notes:read');
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await page.locator('#key').waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('key');
    expect(await isGood(await page.locator('#key').inputValue())).toBe(true);
  });

  test('shows a key once: not after going back, not after a reload, and asks before an uncopied key is left', async () => {
    const organization = await newcomer();
    const { page, context, errors } = await openPage();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await enter(page, organization);
    const key = await createKey(page, 'Only once');
    const asked: string[] = [];
    page.on('dialog', (dialog) => {
      asked.push(dialog.type());
      void dialog.dismiss();
    });
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect.poll(() => asked).toEqual(['beforeunload']);
    expect(page.url()).toMatch(/\/new$/);
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByText('Copied.').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(key);
    await page.reload();
    await titled(page, 'This form was already sent');
    expect(await page.content()).not.toContain(key);
    await page.goBack();
    await page.goForward().catch(() => null);
    await expect.poll(() => page.content().catch(() => key)).not.toContain(key);
    expect(asked).toHaveLength(1);
    expect(await keysOf(organization)).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  test('does not show a key again that was left for the list', async () => {
    const { page } = await openPage();
    await enter(page, await newcomer());
    const key = await createKey(page, 'Left');
    await page.getByRole('link', { name: 'I have saved it' }).click();
    await page.waitForURL('**/keys');
    await page.goBack().catch(() => null);
    await expect.poll(() => page.content().catch(() => key)).not.toContain(key);
    expect(await page.evaluate('document.getElementById("key")?.value ?? ""')).toBe('');
  });

  test('in two tabs: a sign-out in one ends the other, and a form of an earlier session changes nothing', async () => {
    const [organization, other] = [await newcomer(), await newcomer()];
    const { page, context } = await openPage();
    await enter(page, organization);
    await page.getByRole('link', { name: 'Create a key' }).click();
    await page.getByLabel('Name').fill('For the first organization');
    const second = await context.newPage();
    await enter(second, other);
    await page.getByRole('button', { name: 'Create' }).click();
    await titled(page, 'Nothing was changed');
    expect([...(await keysOf(organization)), ...(await keysOf(other))]).toEqual([]);
    await page.goto(second.url());
    await page.getByRole('link', { name: 'Create a key' }).click();
    await second.getByRole('button', { name: 'Sign out' }).click();
    await second.getByText('You can close this page.').waitFor();
    await page.getByLabel('Name').fill('Too late');
    await page.getByRole('button', { name: 'Create' }).click();
    await titled(page, 'Your session has ended');
    expect(await keysOf(other)).toEqual([]);
  });

  test('a session that ends in the middle of a form leads back', async () => {
    const organization = await newcomer();
    const { page } = await openPage();
    await enter(page, organization, { returnUrl: 'https://app.example.com/settings' });
    await page.getByRole('link', { name: 'Create a key' }).click();
    await page.getByLabel('Name').fill('Too late');
    await callAsOperator(organization, 'POST', '/keys/revoke', { all: true });
    await page.getByRole('button', { name: 'Create' }).click();
    await titled(page, 'Your session has ended');
    const back = page.getByRole('link', { name: 'Go back for a new link' });
    expect(await back.getAttribute('href')).toBe('https://app.example.com/settings?reason=session_expired');
  });

  test('shows times in the reader’s zone', async () => {
    const organization = await newcomer();
    const { page } = await openPage({ timezoneId: 'Pacific/Kiritimati', locale: 'en-GB' });
    await enter(page, organization);
    await createKey(page, 'Zoned');
    const time = page.locator('time');
    const end = new Date((await time.getAttribute('datetime')) ?? '');
    const style = { dateStyle: 'medium', timeStyle: 'short', timeZone: 'Pacific/Kiritimati' } as const;
    expect(await time.textContent()).toBe(new Intl.DateTimeFormat('en-GB', style).format(end));
  });

  test('a page of another site cannot revoke, and cannot frame it', async () => {
    const organization = await newcomer();
    const { page } = await openPage();
    await enter(page, organization);
    await createKey(page, 'Stays');
    const [key] = await keysOf(organization);
    const portal = `${organization.apiUrl}/portal`;
    const evil = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.end(`<form method="post" action="${portal}/revoke"><input name="keyId" value="${key?.keyId}">
        <button>Win a prize</button></form><iframe src="${portal}/keys"></iframe>`);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => evil.once('listening', resolve));
    const { page: theirs } = await openPage();
    await theirs.context().addCookies(await page.context().cookies());
    // Another site: for cookies, another port of the same host would not be one.
    await theirs.goto(`http://localhost:${(evil.address() as AddressInfo).port}/`);
    const framed = theirs.frames().find((frame) => frame !== theirs.mainFrame());
    expect(await framed?.content()).not.toContain('Stays');
    await theirs.getByRole('button', { name: 'Win a prize' }).click();
    await titled(theirs, 'Your session has ended');
    expect(await keysOf(organization)).toHaveLength(1);
    evil.close();
  });
});
