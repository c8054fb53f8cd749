import fc from 'fast-check';
import type { Caller, ClientCaller, KeyCaller, SessionCaller } from '../../shared/authentication/caller.ts';
import type { KeyRequest } from '../../shared/authorization/authority.ts';

const organizationId = fc.constantFrom('org_1', 'org_2');
const userId = fc.constantFrom('usr_1', 'usr_2');
const words = ['keys:read', 'keys:write', 'keys:users', 'notes:read'];
const claimName = fc.constantFrom('env', 'region', 'team', 'toString', 'constructor');
const claimValue = fc.constantFrom('a', 'b', 'c');
const ranges = fc.constantFrom('10.0.0.0/8', '10.1.0.0/16', '10.0.0.0/8 192.0.2.0/24', '::/0');
const claims: fc.Arbitrary<Record<string, string>> = fc
  .tuple(
    fc.dictionary(claimName, claimValue, { noNullPrototype: true }),
    fc.option(ranges, { nil: undefined, freq: 3 }),
  )
  .map(([some, allowed]) => ({ ...some, ...(allowed === undefined ? {} : { allowed_ips: allowed }) }));
const instant = fc.date({ min: new Date('2030-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });

/** Adds a property only if it has a value, as `exactOptionalPropertyTypes` requires. */
function optional<K extends string, V>(name: K, value: fc.Arbitrary<V>): fc.Arbitrary<{ [P in K]?: V }> {
  return fc
    .option(value, { nil: undefined })
    .map((some) => (some === undefined ? {} : ({ [name]: some } as { [P in K]: V })));
}

/** Callers with keys of two organizations, with and without users, claims, scopes, a plan and an expiry. */
export const caller: fc.Arbitrary<KeyCaller> = fc
  .tuple(
    fc.record({ keyId: fc.constantFrom('apit_1', 'apit_2'), organizationId, roles: fc.subarray(['admin', 'member']) }),
    optional('userId', userId),
    optional('organizationExternalId', fc.string({ minLength: 1 })),
    optional(
      'expiresAt',
      instant.map((date) => date.toISOString()),
    ),
    claims,
    optional(
      'scope',
      fc.subarray(words, { minLength: 1 }).map((some) => some.join(' ')),
    ),
    optional('plan', fc.constantFrom('free', 'pro')),
  )
  .map(([base, user, external, expiry, some, scope, plan]) => ({
    ...base,
    ...user,
    ...external,
    ...expiry,
    customClaims: { ...some, ...scope, ...plan },
  }));

const issuedAt = '2029-12-31T23:00:00.000Z';

/** Callers with session tokens: the same, but always with a user and an expiry. */
export const sessionCaller: fc.Arbitrary<SessionCaller> = fc
  .tuple(caller, userId, instant, fc.constantFrom('ses_1', 'ses_2'))
  .map(([{ keyId: _keyId, ...fields }, user, end, sessionId]) => ({
    ...fields,
    credential: 'session',
    userId: user,
    expiresAt: end.toISOString(),
    sessionId,
    issuedAt,
  }));

/** Callers with clients' tokens: the same, but without a user, and always with an expiry. */
export const clientCaller: fc.Arbitrary<ClientCaller> = fc
  .tuple(caller, instant, fc.constantFrom('m2morg_1', 'm2morg_2'))
  .map(([{ keyId: _keyId, userId: _userId, ...fields }, end, clientId]) => ({
    ...fields,
    credential: 'client',
    expiresAt: end.toISOString(),
    clientId,
    issuedAt,
  }));

/** Callers of every kind. */
export const anyCaller: fc.Arbitrary<Caller> = fc.oneof(caller, sessionCaller, clientCaller);

/** Requests for keys, within and beyond anybody's authority. */
export const keyRequest: fc.Arbitrary<KeyRequest> = fc
  .tuple(
    optional('userId', userId),
    optional('expiresAt', instant),
    fc.record({
      customClaims: fc.oneof(
        { weight: 9, arbitrary: claims },
        {
          weight: 1,
          arbitrary: fc.constantFrom<Record<string, string>>(
            { plan: 'pro' },
            { issued_by: 'apit_9' },
            { rotated_from: 'apit_9' },
            { suspended: 'x' },
          ),
        },
      ),
      scope: fc.subarray([...words, 'other']),
    }),
  )
  .map(([user, expiry, rest]) => ({ ...user, ...expiry, ...rest }));

/** Keys as they appear in lists. */
export const key = fc
  .tuple(fc.record({ organizationId, customClaims: claims }), optional('userId', userId))
  .map(([base, user]) => ({ ...base, ...user }));
