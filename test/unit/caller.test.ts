import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeCaller, principalId, readCaller } from '../../shared/authentication/caller.ts';
import { fail, ok } from '../../shared/result.ts';
import { anyCaller } from './arbitraries.ts';

const withContext = (authorizer: Record<string, unknown> | null | undefined) => ({ requestContext: { authorizer } });
const context = {
  principalId: 'org_1',
  keyId: 'apit_1',
  organizationId: 'org_1',
  customClaims: '{"env":"prod"}',
  roles: '[]',
};
/** The context of a session. */
const token = {
  ...context,
  keyId: undefined,
  credential: 'session',
  sessionId: 'ses_1',
  userId: 'usr_1',
  issuedAt: '2029-01-01T00:00:00.000Z',
  expiresAt: '2039-01-01T00:00:00.000Z',
};

test('reads back exactly the caller that was encoded', () => {
  fc.assert(
    fc.property(anyCaller, (original) => {
      const encoded = { ...encodeCaller(original), principalId: principalId(original), integrationLatency: 3 };
      expect(readCaller(withContext(encoded), 0)).toEqual(ok(original));
    }),
  );
});

test('an encoded context contains only strings, and none stands for a missing value', () => {
  fc.assert(
    fc.property(anyCaller, (original) => {
      for (const value of Object.values(encodeCaller(original))) {
        expect(value).toBeTypeOf('string');
        expect(['', 'null', 'undefined']).not.toContain(value);
      }
    }),
  );
});

test.each([
  ['no context', undefined],
  ['a null context', null],
  ['an empty context', {}],
  ['a denial', { code: 'invalid_token', principalId: 'anonymous' }],
  ['no organization', { ...context, organizationId: undefined }],
  ['an empty organization', { ...context, organizationId: '' }],
  ['an empty key id', { ...context, keyId: '' }],
  ['an organization that is not a string', { ...context, organizationId: 7 }],
  ['an empty user', { ...context, userId: '' }],
  ['a user that is not a string', { ...context, userId: null }],
  ['no claims', { ...context, customClaims: undefined }],
  ['claims that are not JSON', { ...context, customClaims: '{' }],
  ['claims that are a list', { ...context, customClaims: '[]' }],
  ['claims that are null', { ...context, customClaims: 'null' }],
  ['a claim that is not a string', { ...context, customClaims: '{"env":1}' }],
  ['one claim among others that is not a string', { ...context, customClaims: '{"env":"prod","level":1}' }],
  ['claims that are not serialized', { ...context, customClaims: { env: 'prod' } }],
  ['roles that are not a list', { ...context, roles: '{}' }],
  ['a role that is not a string', { ...context, roles: '[1]' }],
  ['an expiry that is not a date', { ...context, expiresAt: 'soon' }],
  ['a kind of credential that is unknown', { ...context, credential: 'cookie' }],
  ['a key and a session', { ...context, sessionId: 'ses_1' }],
  ['a session with a key’s id', { ...context, credential: 'session' }],
  ['a client with a session’s id', { ...token, credential: 'client' }],
  ['a session without a kind', { ...token, credential: undefined }],
  ['a session without a user', { ...token, userId: undefined }],
  ['a session without an expiry', { ...token, expiresAt: undefined }],
  ['a session without its time of issue', { ...token, issuedAt: undefined }],
  ['a session whose time of issue is not a date', { ...token, issuedAt: 'now' }],
  ['a client with a user', { ...token, credential: 'client', clientId: 'm2morg_1', sessionId: undefined }],
])('finds no caller in %s', (_what, authorizer) => {
  expect(readCaller(withContext(authorizer))).toEqual(fail('malformed_context'));
});

test.each([
  ['an empty event', {}],
  ['a schedule’s event', { source: 'aws.events', detail: {} }],
  ['an event whose request context is null', { requestContext: null }],
])('finds no caller in %s, and does not throw', (_what, event) => {
  expect(readCaller(event as never)).toEqual(fail('malformed_context'));
});

test('a decision is refused if its key has expired since', () => {
  const expiring = withContext({ ...context, expiresAt: '2030-01-01T00:00:00.000Z' });
  expect(readCaller(expiring, Date.parse('2029-12-31T23:59:59.999Z')).ok).toBe(true);
  expect(readCaller(expiring, Date.parse('2030-01-01T00:00:00.000Z'))).toEqual(fail('expired'));
});

test('a context that names the kind of a key is read as one without', () => {
  expect(readCaller(withContext({ ...context, credential: 'key' }))).toEqual(readCaller(withContext(context)));
});

test('the principal is the user, or else the organization', () => {
  const organizations = { keyId: 'apit_1', organizationId: 'org_1', customClaims: {}, roles: [] };
  expect(principalId(organizations)).toBe('org_1');
  expect(principalId({ ...organizations, userId: 'usr_1' })).toBe('usr_1');
});
