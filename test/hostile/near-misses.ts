import fc from 'fast-check';
import type { Family } from './attempt.ts';
import { refused } from './judge.ts';
import { request, utf8 } from './request.ts';
import { bodyFor, keyRoute } from './routes.ts';
import { goodKeys, type HostileTarget } from './target.ts';

/** Strings that are nearly a good key, once were one, or represent one elsewhere. */
export function nearMiss(target: HostileTarget): fc.Arbitrary<string> {
  const good = goodKeys(target);
  const key = fc.constantFrom(...good);
  const index = fc.nat({ max: 42 });
  const alphanumeric = fc.stringMatching(/^[A-Za-z0-9\-._~+/]$/);
  const { plain, member, other, useless } = target;
  const affix = fc.constantFrom(
    '=',
    '==',
    'a',
    '.',
    '%00',
    '%20',
    '\0',
    ';',
    ',',
    ', ',
    '"',
    '/',
    '+',
    'sk_',
    'Bearer ',
  );
  return fc
    .oneof(
      fc.tuple(key, index, alphanumeric).map(([text, at, other]) => text.slice(0, at) + other + text.slice(at + 1)),
      fc.tuple(key, index).map(([text, at]) => text.slice(0, at) + text.slice(at + 1)),
      fc.tuple(key, index).map(([text, at]) => text.slice(0, at) + text.slice(at, at + 1) + text.slice(at)),
      fc
        .tuple(key, index)
        .map(([text, at]) => text.slice(0, at) + swapCase(text.slice(at, at + 1)) + text.slice(at + 1)),
      fc.tuple(key, index).map(([text, at]) => text.slice(0, at)),
      fc.tuple(key, index).map(([text, at]) => text.slice(at + 1)),
      key.map((text) => text.toUpperCase()),
      key.map((text) => text.toLowerCase()),
      key.map(swapCase),
      key.map((text) => text.split('').reverse().join('')),
      fc.tuple(key, affix).map(([text, more]) => text + more),
      fc.tuple(affix, key).map(([more, text]) => more + text),
      fc.tuple(key, fc.constantFrom('', ' ', ',', ', ', ';', '.', ':'), key).map((parts) => parts.join('')),
      key.map((text) => Buffer.from(text).toString('base64')),
      key.map((text) => Buffer.from(text).toString('hex')),
      key.map((text) => text.replaceAll(/./g, (character) => `%${character.charCodeAt(0).toString(16)}`)),
      key.map((text) => text.replace('a', 'а')), // Cyrillic
      fc.constantFrom(...Object.values(useless)),
      fc.constantFrom(plain, member, other).map(({ caller }) => caller.keyId),
      fc
        .tuple(fc.constantFrom(plain, member, other), fc.constantFrom('', '=', '==', '%00', '/'), fc.boolean())
        .map(([{ caller }, end, isUpper]) => (isUpper ? caller.keyId.toUpperCase() : caller.keyId) + end),
    )
    .filter((text) => !good.includes(text.trim()));
}

/** Near misses, sent like keys. */
export const nearMisses: Family = (target) =>
  fc.tuple(nearMiss(target), keyRoute).map(([text, [method, path]]) => ({
    bytes: request({ method, path, headers: [`Authorization: Bearer ${utf8(text)}`], ...bodyFor(method) }),
    judge: refused,
  }));

/** Good keys in another scheme than Bearer, or in a misspelled one. */
export const otherSchemes: Family = (target) =>
  fc
    .tuple(
      fc.constantFrom(...goodKeys(target)),
      fc.constantFrom(
        (key: string) => key,
        (key: string) => `Basic ${key}`,
        (key: string) => `Basic ${Buffer.from(`${key}:`).toString('base64')}`,
        (key: string) => `Token ${key}`,
        (key: string) => `Digest ${key}`,
        (key: string) => `Bearer: ${key}`,
        (key: string) => `Bearer=${key}`,
        (key: string) => `Bearer${key}`,
        (key: string) => `Bearer\t${key}`,
        (key: string) => `Bearer\xa0${key}`,
        (key: string) => `Bearer\x0b${key}`,
        (key: string) => `Bearer\0${key}`,
        (key: string) => `Bearer "${key}"`,
        (key: string) => `Bearer token="${key}"`,
        (key: string) => `Bearer Bearer ${key}`,
        (key: string) => `Bearer x, Bearer ${key}`,
        (key: string) => `Bearer ${key}, Basic eA==`,
        (key: string) => `x Bearer ${key}`,
        (key: string) => `AWS4-HMAC-SHA256 Credential=${key}`,
      ),
      keyRoute,
    )
    .map(([key, spell, [method, path]]) => ({
      bytes: request({ method, path, headers: [`Authorization: ${spell(key)}`], ...bodyFor(method) }),
      judge: refused,
    }));

/** Good keys in every wrong place. */
export const otherPlaces: Family = (target) =>
  fc
    .tuple(
      fc.constantFrom(...goodKeys(target)),
      fc.constantFrom(
        'X-Api-Key',
        'X-Authorization',
        'X-Original-Authorization',
        'X-Forwarded-Authorization',
        'Proxy-Authorization',
        'WWW-Authenticate',
        'X-Amz-Security-Token',
        'Authorization_',
        'Authorization ',
        'Authorization\0',
        'Authorizatio\xf1',
        'HTTP_AUTHORIZATION',
        'Cookie',
        'Referer',
        'User-Agent',
      ),
      fc.constantFrom('header', 'query', 'body', 'trailer', 'userinfo', 'twice', 'folded'),
      fc.constantFrom('access_token', 'Authorization', 'authorization', 'token', 'api_key', 'key', '__proto__'),
    )
    .map(([key, header, place, field]) => ({ bytes: elsewhere(key, header, place, field), judge: refused }));

function elsewhere(key: string, header: string, place: string, field: string): string {
  const authorization = `Authorization: Bearer ${key}`;
  switch (place) {
    case 'header':
      return request({ headers: [`${header}: Bearer ${key}`] });
    case 'query':
      return request({ path: `/whoami?${field}=Bearer%20${key}&${field}=${key}` });
    case 'body':
      return request({
        method: 'POST',
        path: '/keys',
        body: JSON.stringify({ [field]: key, headers: { authorization } }),
      });
    case 'trailer': {
      const headers = ['Transfer-Encoding: chunked', 'Trailer: Authorization'];
      return `${request({ method: 'POST', path: '/keys', headers })}2\r\n{}\r\n0\r\n${authorization}\r\n\r\n`;
    }
    case 'userinfo':
      return request({ target: `http://${key}:${key}@api.example/v1/whoami` });
    case 'twice':
      return request({
        headers: field.startsWith('a') ? [authorization, authorization] : ['authorization: x', authorization],
      });
    default:
      return request({ headers: [`${header.trim()}: x`, ` ${authorization}`] });
  }
}

function swapCase(text: string): string {
  return text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase();
}
