import { createHash, timingSafeEqual } from 'node:crypto';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { parse, serialize } from 'hono/utils/cookie';
import { bodyText, headersOf, maxBodyCharacters } from '../endpoint/input.ts';

/** A request to the page, as its code needs it. */
export interface PageRequest {
  readonly method: string;
  /** The last part of the path: all pages are beside each other, so links between them are relative. */
  readonly page: string;
  readonly query: URLSearchParams;
  /** Empty without a form. */
  readonly form: URLSearchParams;
  /** The client's address. */
  readonly sourceIp: string;
  /** The token of the session; `undefined` without one. */
  readonly token: string | undefined;
  /** The form was sent by a page of this origin. */
  readonly isFromHere: boolean;
  readonly requestId: string;
}

/** `__Secure-`: browsers accept it only with `Secure` and, except on localhost, over HTTPS. */
const cookieName = '__Secure-portal';

/** A code or a token as `store.ts` makes them. */
const secretPattern = /^[\w-]{43}$/;

/** Reads a proxy event. */
export function readPageRequest(event: APIGatewayProxyEvent): PageRequest {
  const { cookie, origin, host, 'sec-fetch-site': site, 'content-type': type } = headersOf(event);
  const isForm = event.httpMethod === 'POST' && /^application\/x-www-form-urlencoded(;|$)/i.test(type ?? '');
  const text = isForm ? bodyText(event) : '';
  const token = readToken(cookie ?? '');
  const query = Object.entries(event.multiValueQueryStringParameters ?? {});
  return {
    method: event.httpMethod,
    page: event.pathParameters?.['page'] ?? '',
    query: new URLSearchParams(
      query.flatMap(([name, values = []]) => values.map((value): [string, string] => [name, value])),
    ),
    form: new URLSearchParams(text.length > maxBodyCharacters ? '' : text),
    sourceIp: event.requestContext.identity.sourceIp,
    token,
    isFromHere: isFromHere(site, origin, host),
    requestId: event.requestContext.requestId,
  };
}

/** Another site of the same domain can set a second cookie of this name, so two of them are none. */
function readToken(cookie: string): string | undefined {
  if (cookie.split(cookieName).length !== 2) return undefined;
  const token = parse(cookie, cookieName)[cookieName] ?? '';
  return secretPattern.test(token) ? token : undefined;
}

/** A code from a link or a form; `undefined` if it cannot be one. */
export function codeOf(given: URLSearchParams): string | undefined {
  const code = given.get('code') ?? '';
  return secretPattern.test(code) ? code : undefined;
}

/**
 * The cookie of a session, or without a token the end of the cookie. Without `Path` it belongs to the folder of the page,
 * whatever stage, base path or proxy is before it.
 */
export function sessionCookie(token: string | undefined, maxAge: number): string {
  return serialize(cookieName, token ?? '', { httpOnly: true, secure: true, sameSite: 'Strict', maxAge });
}

/** The token that a session's forms must have, so that no other site can send one. It is no use without the session. */
export function csrfOf(token: string): string {
  return createHash('sha256').update(`csrf ${token}`).digest('base64url');
}

/** Reports whether a form has the token of the session. */
export function hasCsrf({ form, token }: PageRequest): boolean {
  const given = Buffer.from(form.get('csrf') ?? '');
  const expected = Buffer.from(token === undefined ? '' : csrfOf(token));
  return token !== undefined && given.length === expected.length && timingSafeEqual(given, expected);
}

/**
 * Browsers since 2023 send `Sec-Fetch-Site`. A page without a referrer sends the origin `null`, as ours do: alone, it proves
 * nothing. A header that names another site always counts.
 */
function isFromHere(site: string | undefined, origin: string | undefined, host: string | undefined): boolean {
  if (site !== undefined && site !== 'same-origin') return false;
  if (origin !== undefined && origin !== 'null') return host !== undefined && URL.parse(origin)?.host === host;
  return site !== undefined;
}
