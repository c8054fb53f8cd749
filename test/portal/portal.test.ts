import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { clientOf, sdkOf } from '../support/client.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';
import { callAsOperator } from '../support/signed-request.ts';
import { deliverWebhook } from '../support/webhook-delivery.ts';
import { arrive, codeIn, fromHere, getPage, hidden, newLink, plainKeyOn, sendForm } from './person.ts';

// The page on which customers manage their keys, over HTTP. browser.test.ts uses it in a browser.

let runtime: RuntimeProcess;
const secrets: string[] = [];
beforeAll(async () => {
  runtime = await startRuntimeProcess({ assembly: process.env['TEST_LIMITED_ASSEMBLY'] ?? '' });
});
afterAll(() => runtime.stop());

const { call, isGood, control, fault } = clientOf(() => runtime.outputs);
const makeLink = (body: object) => callAsOperator(runtime.outputs, 'POST', '/portal-links', body);
const redeem = (url: string) => sendForm(runtime.outputs, 'link', new URLSearchParams({ code: codeIn(url) }));
const titleOf = ({ text }: { text: string }) => /<h1>(.*?)<\/h1>/.exec(text)?.[1];
/** The keys that a link has made. */
const issuedBy = async (linkId: string) => {
  const keys: { keyId: string; customClaims: Record<string, string> }[] = [];
  for (let token = ''; ; ) {
    const page = (await callAsOperator(runtime.outputs, 'GET', `/keys?pageSize=30${token}`)).json;
    keys.push(...page.keys);
    if (!page.nextPageToken) return keys.filter(({ customClaims }) => customClaims['issued_by'] === linkId);
    token = `&pageToken=${encodeURIComponent(page.nextPageToken)}`;
  }
};
/** The items of the table of links and sessions. */
function portalTable() {
  const { endpointUrl, region, accessKeyId, secretAccessKey } = runtime.outputs.aws;
  const credentials = { accessKeyId, secretAccessKey };
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: endpointUrl, region, credentials }));
  const TableName = 'ApiKeys-dev-PortalTable294A7A4D';
  return {
    items: async () => (await client.send(new ScanCommand({ TableName }))).Items ?? [],
    put: (Item: object) => client.send(new PutCommand({ TableName, Item })),
  };
}

describe('a link', () => {
  test.each([
    ['without a scope', {}, 'scope'],
    ['without keys:read', { scope: 'keys:write' }, 'scope'],
    ['with a word that the product does not know', { scope: 'keys:read notes:raed' }, 'scope'],
    ['for a user of nobody', { scope: 'keys:read', userId: 'usr_1' }, 'userId'],
    ['with a reserved claim', { scope: 'keys:read', customClaims: { issued_by: 'apit_1' } }, 'customClaims.issued_by'],
    ['that leads to a script', { scope: 'keys:read', returnUrl: 'javascript:alert(1)' }, 'returnUrl'],
    ['that leads to a site without HTTPS', { scope: 'keys:read', returnUrl: 'http://example.com/' }, 'returnUrl'],
    ['of more than 15 minutes', { scope: 'keys:read', expiresIn: 901 }, 'expiresIn'],
  ])('%s is refused', async (_name, body, path) => {
    expect(await makeLink(body)).toMatchObject({ status: 400, json: { code: 'invalid_request', errors: [{ path }] } });
  });

  test('is refused for an organization that Scalekit does not know', async () => {
    const unknown = { ...runtime.outputs, organizationId: 'org_1' };
    const refused = await callAsOperator(unknown, 'POST', '/portal-links', { scope: 'keys:read' });
    expect(refused).toMatchObject({ status: 400, json: { errors: [{ path: 'organizationId' }] } });
  });

  test('says who it is for, and works once after it was looked at', async () => {
    const { url } = await newLink(runtime.outputs);
    secrets.push(codeIn(url));
    for (let look = 0; look < 3; look++) {
      const page = await getPage(runtime.outputs, `link${new URL(url).search}`);
      expect(page.status).toBe(200);
      expect(page.text).toContain('Continue as Acme');
    }
    const redeemed = await redeem(url);
    expect(redeemed).toMatchObject({ status: 303, headers: { location: 'keys' } });
    expect(redeemed.headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Secure-portal=[\w-]{43}; Max-Age=3600; HttpOnly; Secure; SameSite=Strict$/),
    ]);
    expect((await redeem(url)).status).toBe(410);
    expect((await getPage(runtime.outputs, `link${new URL(url).search}`)).status).toBe(410);
  });

  test('that is used twenty times at once begins one session', async () => {
    const { url } = await newLink(runtime.outputs);
    const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(url)));
    const statuses = answers.map(({ status }) => status).toSorted((one, other) => one - other);
    expect(statuses).toEqual([303, ...Array.from({ length: 19 }, () => 410)]);
    expect(answers.filter(({ headers }) => headers['set-cookie'])).toHaveLength(1);
  });

  test('does not work after its end', async () => {
    const { url } = await newLink(runtime.outputs, { expiresIn: 1 });
    await vi.waitUntil(async () => (await getPage(runtime.outputs, `link${new URL(url).search}`)).status === 410, {
      timeout: 10_000,
    });
    expect((await redeem(url)).status).toBe(410);
  });
});

describe('every page', () => {
  test.each(['link?code=x', 'keys', 'new', 'rotate', '__proto__', 'constructor'])(
    '%s has the headers',
    async (page) => {
      const { headers, text } = await getPage(runtime.outputs, page);
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
      const hashOf = (tag: string) => {
        const [, source = ''] = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(text) ?? [];
        return `'sha256-${createHash('sha256').update(source).digest('base64')}'`;
      };
      expect(headers['content-security-policy']).toBe(
        `default-src 'none'; style-src ${hashOf('style')}; script-src ${hashOf('script')}; img-src data:; ` +
          "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      );
      expect(text).not.toMatch(/ (style|on\w+)=/);
    },
  );

  test('of a session leads back to the list if it does not exist', async () => {
    const person = await arrive(runtime.outputs);
    expect(await person.get('nowhere')).toMatchObject({ status: 303, headers: { location: 'keys' } });
  });
});

describe('a person', () => {
  test('creates a key that works, is issued by the link, and lives as long as was chosen', async () => {
    const person = await arrive(runtime.outputs);
    const page = await person.create({ name: ' Billing ', addresses: '127.0.0.0/8\n::1/128' });
    expect(page.status).toBe(201);
    const key = plainKeyOn(page);
    secrets.push(key, person.cookie.split('=')[1] ?? '');
    expect((await call(key, 'GET', '/whoami')).json).toMatchObject({
      organizationId: runtime.outputs.organizationId,
      customClaims: { issued_by: person.linkId, scope: 'notes:read', allowed_ips: '127.0.0.0/8 ::1/128' },
    });
    const list = await person.get('keys');
    expect(list.text).toContain('<strong>Billing</strong>');
    expect(list.text).not.toContain(key);
    const events: { detail: Record<string, unknown> }[] = await control('GET', '/events');
    const actors = events.map(({ detail }) => detail['actor'] as Record<string, string>);
    const { organizationId } = runtime.outputs;
    expect(actors).toContainEqual({
      type: 'visitor',
      linkId: person.linkId,
      sessionId: expect.stringMatching(/^psess_/),
      organizationId,
    });
  });

  test('who sends a form twice gets one key', async () => {
    const person = await arrive(runtime.outputs);
    const fields = { form: hidden(await person.get('new'), 'form'), name: 'Once', days: '30' };
    const answers = await Promise.all(Array.from({ length: 5 }, () => person.send('new', fields)));
    expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
      201, 409, 409, 409, 409,
    ]);
    expect((await person.send('new', fields)).status).toBe(409);
    expect(await issuedBy(person.linkId)).toHaveLength(1);
  });

  test.each([
    ['no name', { name: ' ' }, 'Name'],
    ['a longer life than the deployment allows', { days: '366' }, 'Expires'],
    ['no end, where keys must end', { days: 'never-ever' }, 'Expires'],
    ['addresses that are none', { addresses: '300.0.0.1/8' }, 'Addresses'],
    ['a scope that cannot be one', { scope: 'a"b' }, 'The key may'],
  ])('who enters %s gets the form again, with the error and the rest of the fields', async (_name, fields, field) => {
    const person = await arrive(runtime.outputs);
    const page = await person.create({ name: 'Kept name', ...fields });
    expect(page.status).toBe(400);
    const [, problem = ''] = /id="errors"(.*?)<\/div>/.exec(page.text) ?? [];
    expect(problem).toContain(`>${field}</a>`);
    if (!('name' in fields)) expect(page.text).toContain('value="Kept name"');
    expect(await issuedBy(person.linkId)).toHaveLength(0);
  });

  test('rotates a key: it is shown once, and the old key ends when it was chosen to', async () => {
    const person = await arrive(runtime.outputs);
    const old = plainKeyOn(await person.create());
    const { keyId } = (await call(old, 'GET', '/whoami')).json;
    const asked = await person.get(`rotate?keyId=${keyId}`);
    expect(titleOf(asked)).toBe('Rotate Billing?');
    const rotated = await person.send('rotate', { keyId, form: hidden(asked, 'form'), overlap: '0' });
    expect(rotated.status).toBe(201);
    const key = plainKeyOn(rotated);
    secrets.push(old, key);
    expect([await isGood(old), await isGood(key)]).toEqual([false, true]);
    expect((await person.send('rotate', { keyId, form: hidden(asked, 'form'), overlap: '0' })).status).toBe(409);
    expect((await person.send('rotate', { keyId, form: 'x', overlap: '1' })).status).toBe(400);
  });

  test('reads on both pages of a rotation when the new key ends', async () => {
    const person = await arrive(runtime.outputs);
    const old = plainKeyOn(await person.create());
    const { keyId, expiresAt } = (await call(old, 'GET', '/whoami')).json;
    const asked = await person.get(`rotate?keyId=${keyId}`);
    const rotated = await person.send('rotate', { keyId, form: hidden(asked, 'form'), overlap: '3600' });
    for (const page of [asked, rotated]) expect(page.text).toContain(`datetime="${expiresAt}"`);
    const again = await person.send('rotate', { keyId, form: 'y', overlap: '3600' });
    expect([again.status, titleOf(again)]).toEqual([409, 'This key was already replaced']);
    expect(again.text).toContain(`href="rotate?keyId=${keyId}"`);
  });

  test('whose revocation is not finished can send it again, and that completes it', async () => {
    const person = await arrive(runtime.outputs);
    const key = plainKeyOn(await person.create());
    const { keyId } = (await call(key, 'GET', '/whoami')).json;
    await control('PUT', '/dynamodb/fault', { kind: 'gone', times: 1_000, operation: 'PutItem' });
    const unfinished = await person.send('revoke', { keyId });
    await control('PUT', '/dynamodb/fault', { kind: 'gone', times: 0 });
    expect([unfinished.status, titleOf(unfinished)]).toEqual([503, 'It is not finished yet']);
    expect([hidden(unfinished, 'keyId'), hidden(unfinished, 'csrf')]).toEqual([keyId, person.csrf]);
    expect((await person.send('revoke', { keyId })).headers['location']).toBe('keys?done=revoked');
  });

  test('keeps what was entered when a key cannot be made now, and can send it again', async () => {
    const person = await arrive(runtime.outputs);
    await fault({ kind: 'unavailable' });
    for (let page = 0; page < 4; page++) await person.get('keys'); // until the breaker opens: then no call is made
    const failed = await person.create({ name: 'Kept name', addresses: '127.0.0.0/8 ::1/128' });
    await fault(undefined);
    expect(failed.status).toBe(503);
    expect(failed.text).toContain('value="Kept name"');
    expect(failed.text).toContain('127.0.0.0/8 ::1/128</textarea>');
    let page = failed;
    const isMade = async () => {
      page = await person.send('new', { form: hidden(page, 'form'), name: 'Kept name', days: '30' });
      return page.status === 201;
    };
    await vi.waitUntil(isMade, { timeout: 20_000, interval: 500 });
    expect(await issuedBy(person.linkId)).toHaveLength(1);
  });

  test('does not get a 500 by words that objects have', async () => {
    const person = await arrive(runtime.outputs);
    await callAsOperator(runtime.outputs, 'POST', '/keys', { description: 'constructor' });
    for (const word of ['constructor', '__proto__', 'toString'])
      for (const field of ['search', 'done', 'pageToken'])
        expect([200, 400]).toContain((await person.get(`keys?${field}=${word}`)).status);
  });

  test('suspends a key, and does not resume it', async () => {
    const person = await arrive(runtime.outputs);
    const key = plainKeyOn(await person.create());
    const { keyId } = (await call(key, 'GET', '/whoami')).json;
    expect((await person.get(`suspend?keyId=${keyId}`)).text).toContain('You cannot resume it here');
    const answer = await person.send('suspend', { keyId });
    expect(answer).toMatchObject({ status: 303, headers: { location: 'keys?done=suspended' } });
    expect((await call(key, 'GET', '/whoami')).json).toMatchObject({ code: 'key_suspended' });
    expect((await person.get('keys')).text).toContain('Suspended');
    expect((await person.send('resume', { keyId })).headers['location']).toBe('keys');
    expect(await isGood(key)).toBe(false);
  });

  test('revokes a key, as often as the form is sent', async () => {
    const person = await arrive(runtime.outputs);
    const key = plainKeyOn(await person.create());
    const { keyId } = (await call(key, 'GET', '/whoami')).json;
    expect(titleOf(await person.get(`revoke?keyId=${keyId}`))).toBe('Revoke Billing?');
    for (let time = 0; time < 2; time++)
      expect((await person.send('revoke', { keyId })).headers['location']).toBe('keys?done=revoked');
    expect(await isGood(key)).toBe(false);
    expect((await person.get(`revoke?keyId=${keyId}`)).status).toBe(404);
  });

  test('finds keys by name, and goes through pages', async () => {
    const person = await arrive(runtime.outputs);
    const made = Array.from({ length: 33 }, (_, number) => ({ description: `Robot ${number}` }));
    await Promise.all(made.map((body) => callAsOperator(runtime.outputs, 'POST', '/keys', body)));
    const found = await person.get('keys?search=ROBOT%2032');
    expect(found.text.match(/<strong>(.*?)<\/strong>/g)).toEqual(['<strong>Robot 32</strong>']);
    expect((await person.get('keys?search=nothing%20like%20this')).text).toContain('No key fits this search.');
    const first = await person.get('keys');
    const [, next = ''] = /href="(keys\?pageToken=[^"]+)"/.exec(first.text) ?? [];
    expect((await person.get(next.replaceAll('&amp;', '&'))).text).toContain('Robot');
  });

  test('with a link that only reads sees no way to change a key, and cannot', async () => {
    const person = await arrive(runtime.outputs, { scope: 'keys:read' });
    const list = await person.get('keys');
    expect(list.text).not.toMatch(/href="(new|revoke|rotate|suspend)/);
    expect((await person.create()).status).toBe(403);
    expect(await issuedBy(person.linkId)).toHaveLength(0);
  });

  test('with a user’s link sees and makes keys of that user only', async () => {
    const { userId } = runtime.outputs;
    const ofOrganization = await arrive(runtime.outputs);
    await ofOrganization.create({ name: 'Of the organization' });
    const person = await arrive(runtime.outputs, { userId });
    const key = plainKeyOn(await person.create({ name: 'Of the user' }));
    expect((await call(key, 'GET', '/whoami')).json).toMatchObject({ userId });
    const { text } = await person.get('keys');
    expect(text).toContain('Of the user');
    expect(text).not.toContain('Of the organization');
  });

  test('reads during an outage that the keys are good', async () => {
    const person = await arrive(runtime.outputs);
    await fault({ kind: 'unavailable' });
    const page = await person.get('keys');
    await fault(undefined);
    expect(page.status).toBe(503);
    expect(page.text).toContain('Your keys are good');
    await vi.waitUntil(async () => (await person.get('keys')).status === 200, { timeout: 20_000 });
  });
});

describe('a session', () => {
  test('of a link with addresses is good from these only', async () => {
    const here = await arrive(runtime.outputs, { customClaims: { allowed_ips: '127.0.0.0/8 ::1/128' } });
    expect((await here.get('keys')).status).toBe(200);
    const { url } = await newLink(runtime.outputs, { customClaims: { allowed_ips: '192.0.2.0/24' } });
    expect((await getPage(runtime.outputs, `link${new URL(url).search}`)).status).toBe(403);
    expect((await redeem(url)).status).toBe(403);
  });

  test('is not found by two cookies of its name', async () => {
    const person = await arrive(runtime.outputs);
    const other = await arrive(runtime.outputs);
    const Cookie = `${person.cookie}; ${other.cookie}`;
    expect((await getPage(runtime.outputs, 'keys', { Cookie })).status).toBe(401);
  });

  test('ends when the same browser redeems another link, and going back to its own leads to the list', async () => {
    const person = await arrive(runtime.outputs);
    const { url } = await newLink(runtime.outputs);
    const form = new URLSearchParams({ code: codeIn(url) });
    const again = await sendForm(runtime.outputs, 'link', form, { Cookie: person.cookie, ...fromHere });
    expect(again.status).toBe(303);
    expect((await person.get('keys')).status).toBe(401);
    const Cookie = again.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    expect((await getPage(runtime.outputs, `link${new URL(url).search}`, { Cookie })).headers['location']).toBe('keys');
  });

  test('of a user whom a directory deactivated ends', async () => {
    const { apiUrl, webhookSecret, scalekit, organizationId } = runtime.outputs;
    const email = 'ann@acme.example';
    const { user } = await sdkOf(scalekit).user.createUserAndMembership(organizationId, { email });
    const person = await arrive(runtime.outputs, { userId: user?.id ?? '' });
    await person.create();
    const occurred_at = new Date(Date.now() + 1000).toISOString();
    const data = { email, organization_id: organizationId };
    const event = {
      id: 'evt_ann',
      type: 'organization.directory.user_deleted',
      occurred_at,
      organization_id: organizationId,
      data,
    };
    expect((await deliverWebhook(apiUrl, webhookSecret, event)).status).toBe(200);
    expect((await person.get('keys')).status).toBe(401);
  });

  test('ends for good at sign-out', async () => {
    const person = await arrive(runtime.outputs, { returnUrl: 'https://app.example.com/settings' });
    const left = await person.send('sign-out', {});
    expect(left.headers['set-cookie']?.[0]).toMatch(/^__Secure-portal=; Max-Age=0;/);
    expect(left.text).toContain('href="https://app.example.com/settings"');
    const page = await person.get('keys');
    expect(page.status).toBe(401);
    expect(page.text).toContain('href="https://app.example.com/settings?reason=session_expired"');
  });

  test('ends after an hour', async () => {
    const person = await arrive(runtime.outputs);
    const table = portalTable();
    const items = await table.items();
    const hash = createHash('sha256')
      .update(person.cookie.split('=')[1] ?? '')
      .digest('hex');
    const session = items.find(({ id }) => id === `session#${hash}`);
    expect(Math.round((session?.['endsAt'] - Date.now()) / 60_000)).toBe(60);
    await table.put({ ...session, endsAt: Date.now() - 1 });
    expect((await person.get('keys')).status).toBe(401);
    expect((await person.create()).status).toBe(401);
    expect(await issuedBy(person.linkId)).toHaveLength(0);
  });

  test('and a link end when all keys of their organization, or of their user, are ended', async () => {
    const { userId, otherOrganizationId } = runtime.outputs;
    const ofUser = await arrive(runtime.outputs, { userId });
    const ofOther = { ...runtime.outputs, organizationId: otherOrganizationId };
    const stranger = await arrive(ofOther);
    const { url } = await newLink(ofOther);
    const bystander = await arrive(runtime.outputs);
    await callAsOperator(runtime.outputs, 'POST', '/keys/revoke', { userId });
    await callAsOperator(ofOther, 'POST', '/keys/revoke', { all: true });
    expect((await ofUser.get('keys')).status).toBe(401);
    expect((await stranger.get('keys')).status).toBe(401);
    expect((await redeem(url)).status).toBe(410);
    expect((await bystander.get('keys')).status).toBe(200);
  });

  test('that ends while a key is made leaves no key', async () => {
    const person = await arrive(runtime.outputs);
    const before = await person.get('new');
    await fault({ kind: 'slow', delayMs: 800, on: ['CreateToken'] });
    const creating = person.send('new', { form: hidden(before, 'form'), name: 'Late', days: '30' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await person.send('sign-out', {});
    const page = await creating;
    await fault(undefined);
    expect(page.status).toBe(401);
    expect(plainKeyOn(page)).toBe('');
    expect(await issuedBy(person.linkId)).toHaveLength(0);
  });
});

test('an operator ends all that one link made, and its session', async () => {
  const person = await arrive(runtime.outputs);
  const key = plainKeyOn(await person.create());
  const ended = await callAsOperator(runtime.outputs, 'POST', '/keys/revoke', { issuedBy: person.linkId });
  expect(ended).toMatchObject({ status: 200, json: { revoked: 1 } });
  expect(await isGood(key)).toBe(false);
  expect((await person.get('keys')).status).toBe(401);
});

test('a key that is bounded by a claim ends no session', async () => {
  const person = await arrive(runtime.outputs);
  const { key } = (
    await callAsOperator(runtime.outputs, 'POST', '/keys', { scope: 'keys:write', customClaims: { env: 'test' } })
  ).json;
  expect((await call(key, 'POST', '/keys/revoke', { all: true })).status).toBe(200);
  expect((await person.get('keys')).status).toBe(200);
});

test('a user’s key ends neither the session of another person, nor anything by the id of another user', async () => {
  const sdk = sdkOf(runtime.outputs.scalekit);
  const organizationId = (await sdk.organization.createOrganization('Others')).organization?.id ?? '';
  const created = await sdk.user.createUserAndMembership(organizationId, { email: 'ada@example.com' });
  const userId = created.user?.id ?? '';
  const theirs = { ...runtime.outputs, organizationId };
  const [administrator, user] = [await arrive(theirs), await arrive(theirs, { userId })];
  const made = await callAsOperator(theirs, 'POST', '/keys', { scope: 'keys:write', userId });
  const end = (body: object) => call(made.json.key, 'POST', '/keys/revoke', body);
  expect(await end({ issuedBy: administrator.linkId })).toMatchObject({ status: 200, json: { matched: 0 } });
  expect(await end({ userId: 'usr_999' })).toMatchObject({ status: 200, json: { matched: 0 } });
  for (const person of [administrator, user]) expect((await person.get('keys')).status).toBe(200);
});

test('names that contain HTML stay text, wherever they are shown', async () => {
  const html = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`;
  const { scalekit } = runtime.outputs;
  const { organization } = await sdkOf(scalekit).organization.createOrganization(html);
  const theirs = { ...runtime.outputs, organizationId: organization?.id ?? '' };
  const { url } = await newLink(theirs);
  const person = await arrive(theirs, { returnUrl: 'https://app.example.com/?a="><script>alert(1)</script>' });
  const created = await person.create({ name: html, addresses: '' });
  const keyId = /rotate\?keyId=(apit_\w+)/.exec((await person.get('keys')).text)?.[1];
  const pages = [
    await getPage(runtime.outputs, `link${new URL(url).search}`),
    created,
    await person.create({ name: html, days: html, scope: html, addresses: html }),
    await person.get('keys'),
    await person.get(`keys?search=${encodeURIComponent(html)}&done=${encodeURIComponent(html)}`),
    await person.get(`revoke?keyId=${keyId}`),
    await person.get(`rotate?keyId=${keyId}`),
    await person.get(`rotate?keyId=${encodeURIComponent(html)}`),
    await person.send('sign-out', {}),
  ];
  for (const page of pages) {
    expect(page.text).not.toMatch(/<img|alert\(1\)<\/script>/);
    expect(page.text.match(/<script/g)).toHaveLength(1);
  }
});

test('no plain key, code or token is in a log or a table', async () => {
  expect(secrets.length).toBeGreaterThanOrEqual(5);
  const files = readdirSync(runtime.dataDir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  expect(files.some((file) => /PortalPage.*\.log$/.test(file))).toBe(true);
  for (const file of files.filter((name) => !name.includes('scalekit.sqlite'))) {
    const bytes = readFileSync(file);
    for (const secret of secrets) expect(bytes.includes(secret), file).toBe(false);
  }
  expect(fromHere).toBeDefined();
});
