import type { Outputs } from '../../local/outputs.ts';
import { type Answer, encode, exchange, type HeaderValues } from '../support/client.ts';
import { callAsOperator } from '../support/signed-request.ts';

// A person with a browser, over plain HTTP: one cookie, and the headers that browsers send with a form.

type Deployment = Pick<Outputs, 'operatorUrl' | 'apiUrl' | 'aws'> & { readonly organizationId: string };

const usualScope = 'keys:read keys:write notes:read';

/** Makes a link as an operator. Throws if it is refused. */
export async function newLink(deployment: Deployment, body: object = {}): Promise<{ url: string; linkId: string }> {
  const made = await callAsOperator(deployment, 'POST', '/portal-links', { scope: usualScope, ...body });
  if (made.status !== 201) throw new Error(`the link was answered ${made.status}: ${made.text}`);
  return made.json;
}

/** The code in a link. */
export function codeIn(url: string): string {
  return new URL(url).searchParams.get('code') ?? '';
}

/** The headers of a form that a page of the API sends. */
export const fromHere = { 'Sec-Fetch-Site': 'same-origin', Origin: 'null' };

/** A page of the portal in its folder, like `keys?search=x`. */
export function getPage({ apiUrl }: Deployment, page: string, headers: HeaderValues = {}): Promise<Answer> {
  return exchange(apiUrl, 'GET', `/portal/${page}`, headers);
}

/** Sends a form to a page. */
export function sendForm(
  { apiUrl }: Deployment,
  page: string,
  fields: URLSearchParams,
  headers: HeaderValues = fromHere,
): Promise<Answer> {
  const { headers: ofBody, text } = encode(fields);
  return exchange(apiUrl, 'POST', `/portal/${page}`, { ...ofBody, ...headers }, text);
}

/** The value of a hidden field on a page. */
export function hidden(page: Answer, name: string): string {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(page.text)?.[1] ?? '';
}

/** The plain key on the page that shows it once. */
export function plainKeyOn(page: Answer): string {
  return /id="key" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
}

/** A person with a session. */
export interface Person {
  /** `name=value`. */
  readonly cookie: string;
  readonly csrf: string;
  readonly linkId: string;
  readonly get: (page: string) => Promise<Answer>;
  /** Sends a form of this person's own page, with its token. */
  readonly send: (page: string, fields: object, headers?: HeaderValues) => Promise<Answer>;
  /** Creates a key on the page. */
  readonly create: (fields?: object) => Promise<Answer>;
}

/** Opens a new link and goes on, as a person does. */
export async function arrive(deployment: Deployment, body: object = {}): Promise<Person> {
  const { url, linkId } = await newLink(deployment, body);
  const redeemed = await sendForm(deployment, 'link', new URLSearchParams({ code: codeIn(url) }));
  const cookie = redeemed.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const get = (page: string) => getPage(deployment, page, { Cookie: cookie });
  const csrf = hidden(await get('keys'), 'csrf');
  const send = (page: string, fields: object, headers: HeaderValues = fromHere) => {
    const form = new URLSearchParams({ csrf });
    for (const [name, value] of Object.entries(fields))
      for (const one of [value].flat()) form.append(name, String(one));
    return sendForm(deployment, page, form, { Cookie: cookie, ...headers });
  };
  const create = async (fields: object = {}) =>
    send('new', {
      form: hidden(await get('new'), 'form'),
      name: 'Billing',
      days: '30',
      scope: 'notes:read',
      ...fields,
    });
  return { cookie, csrf, linkId, get, send, create };
}
