import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Mutation } from '../../local/scalekit/tokens.ts';
import { arrive, codeIn, fromHere, getPage, hidden, newLink, type Person, sendForm } from '../portal/person.ts';
import { type Answer, controlOf, exchange, type HeaderValues } from '../support/client.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';
import { callAsOperator } from '../support/signed-request.ts';
import { codeLikeText } from './code-like.ts';

// Hostile clients of the page for keys. A full run is
// HOSTILE_REQUESTS=20000 HOSTILE_SEED=7 npx vitest run --project local test/hostile/portal.test.ts

const numRuns = Math.ceil(Number(process.env['HOSTILE_REQUESTS'] ?? 240) / 6);
const seed = Number(process.env['HOSTILE_SEED'] ?? 1);
const generous = { timeout: Math.max(120_000, numRuns * 300) };

let runtime: RuntimeProcess;
/** A person, and a person of another organization, each with a key. */
let person: Person;
let stranger: Person;
let keyId: string;
let strangersKeyId: string;
let mutatedBefore: number;

const control = controlOf(() => runtime.outputs);
const mutations = async (): Promise<Mutation[]> => control('GET', '/scalekit/mutations');

beforeAll(async () => {
  runtime = await startRuntimeProcess({ assembly: process.env['TEST_LIMITED_ASSEMBLY'] ?? '' });
  const { outputs } = runtime;
  const theirs = { ...outputs, organizationId: outputs.otherOrganizationId };
  const make = async (deployment: typeof theirs) =>
    (await callAsOperator(deployment, 'POST', '/keys', { scope: 'notes:read', description: 'Target' })).json.keyId;
  [keyId, strangersKeyId] = [await make(outputs), await make(theirs)];
  [person, stranger] = [await arrive(outputs), await arrive(theirs)];
  mutatedBefore = (await mutations()).length;
});
afterAll(() => runtime.stop());

/** No page fails, shows a key, or lets a text be code. */
function expectSound({ status, text, headers }: Answer): void {
  expect(status).toBeGreaterThanOrEqual(200);
  expect(status, text).toBeLessThan(500);
  expect(text).not.toMatch(/id="key" value=/);
  if (!/text\/html/.test(headers['content-type'] ?? '')) return;
  expect(text.match(/<script/g) ?? []).toHaveLength(text === '' ? 0 : 1);
  expect(headers['content-security-policy']).toContain("default-src 'none'");
}

const check = (arbitrary: fc.Arbitrary<() => Promise<Answer>>, judge: (answer: Answer) => void) =>
  fc.assert(
    fc.asyncProperty(arbitrary, async (attempt) => {
      const answer = await attempt();
      expectSound(answer);
      judge(answer);
    }),
    { numRuns, seed, endOnFailure: true },
  );

const pages = fc.constantFrom(
  'keys',
  'new',
  'rotate',
  'suspend',
  'revoke',
  'sign-out',
  '..',
  '%2e%2e',
  'KEYS',
  '__proto__',
);
const refusedWithoutSession = ({ status }: Answer) => expect([401, 403, 404, 410]).toContain(status);

/** The fields of a change of the person's key. */
const change = fc.record({
  keyId: fc.constantFrom('own', 'strangers'),
  page: fc.constantFrom('revoke', 'suspend', 'rotate', 'new'),
});
const fieldsOf = ({ keyId: whose }: { keyId: string }) => ({
  keyId: whose === 'own' ? keyId : strangersKeyId,
  overlap: '0',
  form: `x${Math.random()}`,
  name: 'Hostile',
  days: '30',
});

describe('a client without a session', () => {
  test('is refused with forged cookies and codes', generous, () => {
    const forged = fc.oneof(
      codeLikeText,
      fc.string({ minLength: 43, maxLength: 43, unit: fc.constantFrom('a', 'Z', '0', '-', '_') }),
      fc.constantFrom(person.cookie.slice(0, -1), `${person.cookie}x`, person.csrf, person.linkId),
    );
    return check(
      fc.tuple(pages, forged, fc.boolean()).map(([page, text, isPost]) => () => {
        const value = encodeURIComponent(text.toWellFormed().replace(/^__Secure-portal=/, ''));
        const headers = { Cookie: `__Secure-portal=${value}` };
        if (!isPost) return getPage(runtime.outputs, `${page}?code=${value}`, headers);
        return sendForm(runtime.outputs, page, new URLSearchParams({ code: text, csrf: text }), {
          ...headers,
          ...fromHere,
        });
      }),
      refusedWithoutSession,
    );
  });

  test('is refused with codes that are nearly those of a link, which still works', generous, async () => {
    const { url } = await newLink(runtime.outputs);
    const code = codeIn(url);
    const near = fc.constantFrom(
      code.slice(1),
      `${code}=`,
      code.toUpperCase(),
      ` ${code}`,
      `${code}\0`,
      `link#${code}`,
    );
    await check(
      near.map((text) => () => sendForm(runtime.outputs, 'link', new URLSearchParams({ code: text }))),
      refusedWithoutSession,
    );
    expect((await sendForm(runtime.outputs, 'link', new URLSearchParams({ code }))).status).toBe(303);
  });
});

/** What another site, or a thief without the page, can send with the cookie of a person. */
const foreign: fc.Arbitrary<{ headers: HeaderValues; csrf: 'own' | 'none' | 'strangers' }> = fc.oneof(
  fc.record({
    headers: fc.constantFrom<HeaderValues>(
      { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' },
      { 'Sec-Fetch-Site': 'same-site', Origin: 'null' },
      { 'Sec-Fetch-Site': 'none' },
      { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://evil.example' },
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { Origin: 'not an origin' },
      {},
    ),
    csrf: fc.constantFrom('own' as const, 'none' as const),
  }),
  fc.record({
    headers: fc.constant<HeaderValues>(fromHere),
    csrf: fc.constantFrom('none' as const, 'strangers' as const),
  }),
);

test('a request of another site, or with the token of another session, changes nothing', generous, () =>
  check(
    fc.tuple(change, foreign).map(([asked, { headers, csrf }]) => () => {
      const token = { own: person.csrf, none: '', strangers: stranger.csrf }[csrf];
      const fields = new URLSearchParams({ ...fieldsOf({ keyId: 'own' }), csrf: token });
      return sendForm(runtime.outputs, asked.page, fields, { Cookie: person.cookie, ...headers });
    }),
    ({ status }) => expect(status).toBe(403),
  ),
);

test('a link is not redeemed by a form of another site', async () => {
  const { url } = await newLink(runtime.outputs);
  const form = new URLSearchParams({ code: codeIn(url) });
  for (const headers of [{ 'Sec-Fetch-Site': 'cross-site' }, { Origin: 'https://evil.example' }, {}])
    expect((await sendForm(runtime.outputs, 'link', form, headers)).status).toBe(403);
  expect((await sendForm(runtime.outputs, 'link', form)).status).toBe(303);
});

test('a session that was signed out is refused with its old cookie and token', async () => {
  const gone = await arrive(runtime.outputs);
  await gone.send('sign-out', {});
  for (const page of ['revoke', 'suspend', 'new', 'rotate', 'sign-out'])
    expect((await gone.send(page, fieldsOf({ keyId: 'own' }))).status).toBe(401);
});

test('keys of other organizations do not exist for a session', async () => {
  for (const page of ['revoke', 'suspend', 'rotate'])
    expect((await person.get(`${page}?keyId=${strangersKeyId}`)).status).toBe(404);
  expect((await person.send('suspend', fieldsOf({ keyId: 'strangers' }))).status).toBe(404);
  expect((await person.send('rotate', fieldsOf({ keyId: 'strangers' }))).status).toBe(404);
  // Revoking takes power away, and is as idempotent as in the API: the key of the other organization stays.
  expect((await person.send('revoke', fieldsOf({ keyId: 'strangers' }))).status).toBe(303);
  expect((await stranger.get('keys')).text).toContain('Target');
});

test('text that looks like code stays text, in every field', generous, () =>
  check(
    fc
      .tuple(
        codeLikeText,
        codeLikeText,
        fc.constantFrom('keyId', 'pageToken', 'search', 'done', 'form', 'days', 'scope'),
      )
      .map(([text, other, field]) => () => {
        const value = text.toWellFormed();
        if (['search', 'done', 'pageToken'].includes(field))
          return person.get(`keys?${field}=${encodeURIComponent(value)}`);
        // A name alone would be good: with it, another field is not.
        return person.send('new', {
          name: other.toWellFormed(),
          days: 'x',
          scope: value,
          addresses: value,
          [field]: value,
        });
      }),
    () => {},
  ),
);

test.each([
  ['a word that the session does not have', { scope: 'notes:write' }],
  ['the scope of users', { scope: 'keys:users' }],
  ['a word beside an offered one', { scope: ['notes:read', 'admin'] }],
])('a scope that was not offered is refused: %s', async (_name, fields) => {
  const page = await person.create(fields);
  expect(page.status).toBe(403);
});

test('fields of the API that the form does not have are not used', async () => {
  const { userId } = runtime.outputs;
  const page = await person.create({ userId, 'customClaims[plan]': 'gold', expiresIn: '1', organizationId: 'org_1' });
  expect(page.status).toBe(201);
  const made = (await mutations()).at(-1);
  const shown = (await callAsOperator(runtime.outputs, 'GET', `/keys/${made?.tokenId}`)).json;
  expect(shown.customClaims).toEqual({ issued_by: person.linkId, scope: 'notes:read' });
  expect(shown).not.toHaveProperty('userId');
});

test.each([
  ['as JSON', { 'Content-Type': 'application/json' }, '{}'],
  ['as plain text', { 'Content-Type': 'text/plain' }, ''],
  ['of a megabyte', { 'Content-Type': 'application/x-www-form-urlencoded' }, `name=${'x'.repeat(1_000_000)}`],
])('a form that is sent %s is no form', async (_name, headers, rest) => {
  const fields = new URLSearchParams({ csrf: person.csrf, keyId }).toString();
  const sent = {
    Cookie: person.cookie,
    ...fromHere,
    ...headers,
    'Content-Length': String(fields.length + 1 + rest.length),
  };
  const answer = await exchange(runtime.outputs.apiUrl, 'POST', '/portal/revoke', sent, `${fields}&${rest}`);
  expect(answer.status).toBe(403);
});

test('nothing but the one asked for key was made, and the keys are as they were', async () => {
  const since = (await mutations()).slice(mutatedBefore);
  expect(since.map(({ kind }) => kind)).toEqual(['create']);
  expect((await callAsOperator(runtime.outputs, 'GET', `/keys/${keyId}`)).json).not.toHaveProperty('suspended');
  expect(hidden(await person.get('new'), 'csrf')).toBe(person.csrf);
  const { functions }: { functions: Record<string, { errors: number }> } = await control('GET');
  expect(Object.values(functions).reduce((sum, { errors }) => sum + errors, 0)).toBe(0);
});
