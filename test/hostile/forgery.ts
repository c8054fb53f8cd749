import fc from 'fast-check';
import type { Family } from './attempt.ts';
import { codeLikeText } from './code-like.ts';
import { answeredAs, clientsProblem, refused } from './judge.ts';
import { bearer, request, utf8 } from './request.ts';
import { bodyFor, keyRoute } from './routes.ts';
import type { HostileTarget } from './target.ts';

/** The names in the authorizer's context and in API Gateway's own context. */
const contextKey = fc.constantFrom(
  'principalId',
  'keyId',
  'organizationId',
  'organizationExternalId',
  'userId',
  'userExternalId',
  'expiresAt',
  'customClaims',
  'roles',
  'code',
  'integrationLatency',
  'claims',
  'userArn',
  'sourceIp',
);

/** The names under which some framework reads such a value. */
const forgedName = fc
  .tuple(
    contextKey,
    fc.constantFrom(
      ...Array.from({ length: 6 }, () => ''),
      'x-amzn-',
      'x-amzn-authorizer-',
      'x-amz-authorizer-',
      'x-authorizer-',
      'x-apigateway-',
      'x-amzn-request-context-',
      'requestContext.authorizer.',
      'requestContext.identity.',
      '$context.authorizer.',
      'context.authorizer.',
      'event.requestContext.authorizer.',
      '__proto__.',
      'x-',
    ),
  )
  .map(([key, prefix]) => prefix + key);

const forgedValue = (target: HostileTarget) =>
  fc.oneof(
    fc.constantFrom(
      target.runtime.outputs.otherOrganizationId,
      target.runtime.outputs.userId,
      target.other.caller.keyId,
      JSON.stringify({ scope: 'keys:read keys:write keys:users' }),
      JSON.stringify(target.other.caller),
      '["admin"]',
      '9999-12-31T23:59:59Z',
    ),
    codeLikeText.map((text) => text.replaceAll(/\p{Cc}/gu, '')),
  );

const forgedHeaders = (target: HostileTarget) =>
  fc
    .array(fc.tuple(forgedName, forgedValue(target)), { minLength: 4, maxLength: 16 })
    .map((fields) => fields.map(([name, value]) => `${name}: ${utf8(value)}`));

const forgedQuery = (target: HostileTarget) =>
  fc
    .array(fc.tuple(forgedName, forgedValue(target)), { minLength: 1, maxLength: 4 })
    .map((fields) => fields.map((pair) => pair.map(encodeURIComponent).join('=')).join('&'));

const eventBody = ({ other, runtime }: HostileTarget) =>
  JSON.stringify({
    requestContext: { authorizer: other.caller, identity: { userArn: 'arn:aws:iam::1:user/operator' } },
    organizationId: runtime.outputs.otherOrganizationId,
    isAuthorized: true,
    policyDocument: { Statement: [{ Action: '*', Effect: 'Allow', Resource: '*' }] },
  });

/** A caller's context, sent by a client without a key or with a key that is bound to other addresses. */
export const forgedWithoutKey: Family = (target) =>
  fc
    .tuple(
      keyRoute,
      forgedHeaders(target),
      forgedQuery(target),
      fc.constantFrom('headers', 'query', 'body', 'address'),
      fc.constantFrom(
        'X-Forwarded-For',
        'X-Forwarded-For',
        'X-Real-IP',
        'Forwarded',
        'True-Client-IP',
        'X-Amzn-Source-Ip',
        'Via',
      ),
    )
    .map(([[method, path], headers, query, where, source]) => ({
      bytes: {
        headers: () => request({ method, path, headers, ...bodyFor(method) }),
        query: () => request({ method, path: `${path}?${query}`, ...bodyFor(method) }),
        body: () => request({ method, path, headers: ['Authorization: Bearer x'], body: eventBody(target) }),
        address: () =>
          request({
            method,
            path,
            headers: [bearer(target.useless.elsewhere), `${source}: 192.0.2.1`],
            ...bodyFor(method),
          }),
      }[where](),
      judge: refused,
    }));

/** Another caller's context, sent by a client with a key. */
export const forgedWithKey: Family = (target) =>
  fc
    .tuple(
      fc.constantFrom(target.plain, target.member),
      forgedHeaders(target),
      forgedQuery(target),
      fc.constantFrom('headers', 'query', 'body'),
    )
    .map(([{ key, caller }, headers, query, where]) => ({
      bytes: {
        headers: () => request({ headers: [...headers, bearer(key), ...headers] }),
        query: () => request({ path: `/whoami?${query}`, headers: [bearer(key)] }),
        body: () => request({ headers: [bearer(key)], body: utf8(eventBody(target)) }),
      }[where](),
      judge: where === 'query' ? clientsProblem : answeredAs(caller),
    }));
