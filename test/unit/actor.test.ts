import type { APIGatewayProxyEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import { isOperator, keyCaller, readActor } from '../../shared/authentication/actor.ts';
import { encodeCaller } from '../../shared/authentication/caller.ts';
import { ok } from '../../shared/result.ts';

const caller = { keyId: 'apit_1', organizationId: 'org_1', customClaims: {}, roles: [] };
const userArn = 'arn:aws:iam::123456789012:user/ops';
const operatorPath = '/organizations/{organizationId}/keys';

interface Sent {
  readonly resource?: string;
  readonly organizationId?: string | undefined;
  readonly authorizer?: Record<string, string> | null;
  readonly signedBy?: string | null;
}

function event({ resource = '/keys', organizationId, authorizer = null, signedBy = null }: Sent): APIGatewayProxyEvent {
  const pathParameters = organizationId === undefined ? null : { organizationId };
  const requestContext = { authorizer, identity: { userArn: signedBy } };
  return { resource, pathParameters, requestContext } as unknown as APIGatewayProxyEvent;
}

test('a request with a key acts as the caller of the key', () => {
  const actor = readActor(event({ authorizer: encodeCaller(caller) }));
  expect(actor).toEqual(ok(caller));
  expect(isOperator(caller)).toBe(false);
});

test('a signed request on an operators’ route acts in the organization of the route', () => {
  const operator = { userArn, organizationId: 'org_2' };
  const actor = readActor(event({ resource: operatorPath, organizationId: 'org_2', signedBy: userArn }));
  expect(actor).toEqual(ok(operator));
  expect(isOperator(operator)).toBe(true);
});

const credentialsOfBothKinds = { authorizer: encodeCaller(caller), signedBy: userArn };

test.each<[string, Sent]>([
  ['a signed request on a customers’ route', { signedBy: userArn }],
  ['an unsigned request on an operators’ route', { resource: operatorPath, organizationId: 'org_2' }],
  [
    'a key on an operators’ route',
    { resource: operatorPath, organizationId: 'org_2', authorizer: encodeCaller(caller) },
  ],
  ['both on an operators’ route', { resource: operatorPath, organizationId: 'org_2', ...credentialsOfBothKinds }],
  ['both on a customers’ route', credentialsOfBothKinds],
  ['a signed request on a route with a similar name', { resource: '/organizations', signedBy: userArn }],
  ['a signed request on a route below another one', { resource: `/v2${operatorPath}`, signedBy: userArn }],
])('%s acts for nobody: it is an internal_error', (_what, sent) => {
  const actor = readActor(event(sent));
  expect(actor).toMatchObject({ ok: false, failure: { kind: 'internal_error' } });
  expect(String((actor as { failure: { cause: Error } }).failure.cause.message)).toMatch(/credentials/);
});

test.each([undefined, '', 'org_', 'org_1/keys', 'usr_1', ' org_1'])(
  'an operators’ route of the organization %j is refused, with the field that is wrong',
  (organizationId) => {
    expect(readActor(event({ resource: operatorPath, organizationId, signedBy: userArn }))).toMatchObject({
      ok: false,
      failure: {
        kind: 'invalid_request',
        errors: [{ path: 'organizationId', message: expect.stringContaining('org_') }],
      },
    });
  },
);

test('a key that expired after the decision is invalid_token; a request without a caller is our fault', () => {
  const expired = encodeCaller({ ...caller, expiresAt: '2020-01-01T00:00:00Z' });
  expect(keyCaller(event({ authorizer: expired }))).toEqual({ ok: false, failure: { kind: 'invalid_token' } });
  const nobody = keyCaller(event({}));
  expect(nobody).toMatchObject({ ok: false, failure: { kind: 'internal_error' } });
  expect(String((nobody as { failure: { cause: Error } }).failure.cause.message)).toMatch(/authorizer/);
});
