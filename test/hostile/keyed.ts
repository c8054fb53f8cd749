import fc from 'fast-check';
import type { Family } from './attempt.ts';
import { within } from './authority.ts';
import { inTarget } from './code-like.ts';
import { hostileBody } from './json.ts';
import { bearer, request } from './request.ts';

const contentType = fc.constantFrom(
  'application/json',
  'application/json; charset=utf-16',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=b',
  'application/octet-stream',
  '__proto__',
);

/** Bodies for every route that accepts one, sent with a key that may manage keys and with a key that may not. */
export const hostileBodies: Family = (target) =>
  fc
    .tuple(
      fc.constantFrom(target.member, target.member, target.plain),
      fc.constantFrom(
        ['POST', '/keys'],
        ['POST', '/keys'],
        ['PATCH', `/keys/${target.changeable}`],
        ['POST', `/keys/${target.changeable}/rotate`],
        ['POST', '/keys/revoke'],
      ),
      contentType,
      hostileBody,
    )
    .map(([known, [method, path], type, body]) => ({
      bytes: request({
        method: method ?? '',
        path: path ?? '',
        headers: [bearer(known.key), `Content-Type: ${type}`],
        body,
      }),
      judge: within(known),
    }));

/** Ids and queries that look like code or belong to another caller, sent with a key that may manage keys. */
export const hostileIds: Family = (target) => {
  const { member, other, plain } = target;
  const id = fc.oneof(
    { weight: 3, arbitrary: inTarget },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(other, plain), fc.constantFrom('', '%00', '%20', '?', '/', ';', '%2f..', '#'))
        .map(([{ caller }, end]) => caller.keyId + end),
    },
  );
  const name = fc.constantFrom(
    'userId',
    'pageSize',
    'pageToken',
    'organizationId',
    '__proto__',
    'constructor',
    'keyId',
  );
  const query = fc.tuple(name, inTarget).map((pair) => pair.join('='));
  return fc
    .tuple(
      fc.constantFrom('GET', 'PATCH', 'DELETE', 'POST'),
      fc.oneof(
        id.map((text) => `/keys/${text}`),
        id.map((text) => `/keys/${text}/rotate`),
        query.map((text) => `/keys?${text}`),
      ),
    )
    .map(([method, path]) => {
      const body = method === 'PATCH' ? '{"description":"taken over"}' : '{"replace":true}';
      const isBare = method === 'GET' || method === 'DELETE' || path.startsWith('/keys?');
      return {
        bytes: request({ method, path, headers: [bearer(member.key)], ...(isBare ? {} : { body }) }),
        judge: within(member),
      };
    });
};
