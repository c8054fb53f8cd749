import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withCaller } from '../../package/caller.ts';
import { encodeCaller, readCaller } from '../../shared/authentication/caller.ts';
import { anyCaller } from './arbitraries.ts';

// The reader in Python answers every context exactly as the reader in TypeScript does.

const folder = fileURLToPath(new URL('../../examples/backends/python', import.meta.url));
const hasPython = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))']).status === 0;
if (!hasPython)
  console.log('There is no Python 3.11 on this machine: the tests of examples/backends/python are skipped.');

const script = `
import json, sys
from plain import handler
from caller import read_caller, KeyExpired, NoCaller
def read(event):
    try:
        caller = read_caller(event)
    except KeyExpired:
        return "expired"
    except NoCaller:
        return "malformed_context"
    return [caller.credential, caller.key_id, caller.session_id, caller.client_id, caller.issued_at, caller.organization_id, caller.custom_claims, caller.roles,
            caller.organization_external_id, caller.user_id, caller.user_external_id, caller.expires_at]
events = json.load(sys.stdin)
json.dump([[read(event), handler(event, None)] for event in events], sys.stdout)
`;

type PythonAnswer = readonly [unknown, { readonly statusCode: number; readonly body: string }];

/** Reads events with Python, in one process. */
function inPython(events: readonly object[]): PythonAnswer[] {
  const { stdout, stderr, status } = spawnSync('python3', ['-c', script], {
    cwd: folder,
    input: JSON.stringify(events),
    encoding: 'utf8',
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as PythonAnswer[];
}

function inTypeScript(event: object): unknown {
  const read = readCaller(event);
  if (!read.ok) return read.failure;
  const { credential = 'key', organizationId, customClaims, roles, ...optional } = read.value;
  const { keyId = null, sessionId = null, clientId = null, issuedAt = null } = optional as Record<string, string>;
  const ids = [credential, keyId, sessionId, clientId, issuedAt];
  const { organizationExternalId = null, userId = null, userExternalId = null, expiresAt = null } = optional;
  return [...ids, organizationId, customClaims, roles, organizationExternalId, userId, userExternalId, expiresAt];
}

const context = { keyId: 'apit_1', organizationId: 'org_1', customClaims: '{"env":"prod"}', roles: '["admin"]' };
const { keyId: _keyId, ...withoutKey } = context;
const session = {
  ...withoutKey,
  credential: 'session',
  sessionId: 'ses_1',
  userId: 'usr_1',
  issuedAt: '2029-01-01T00:00:00.000Z',
  expiresAt: '2039-01-01T00:00:00.000Z',
};
const withContext = (authorizer: unknown) => ({ requestContext: { requestId: 'r', authorizer } });

describe.skipIf(!hasPython)('the reader in Python', () => {
  test('reads every caller as the one in TypeScript', () => {
    const events = fc.sample(anyCaller, 200).map((one) => withContext(encodeCaller(one)));
    const read = inPython(events);
    for (const [at, event] of events.entries()) expect(read[at]?.[0]).toEqual(inTypeScript(event));
  });

  test('fails closed for every context for which the one in TypeScript does', async () => {
    const events = [
      {},
      { source: 'aws.events' },
      { requestContext: null },
      ...[
        undefined,
        null,
        {},
        { code: 'invalid_token' },
        { ...context, keyId: '' },
        { ...context, organizationId: 7 },
        { ...context, userId: null },
        { ...context, userId: '' },
        { ...context, customClaims: undefined },
        { ...context, customClaims: '{' },
        { ...context, customClaims: '[]' },
        { ...context, customClaims: 'null' },
        { ...context, customClaims: '{"env":1}' },
        { ...context, customClaims: { env: 'prod' } },
        { ...context, roles: '{}' },
        { ...context, roles: '[1]' },
        { ...context, roles: '7' },
        { ...context, expiresAt: 'soon' },
        { ...context, credential: 'cookie' },
        { ...context, credential: 'session' },
        { ...context, sessionId: 'ses_1' },
        { ...session, userId: undefined },
        { ...session, issuedAt: undefined },
        { ...session, issuedAt: 'now' },
        { ...session, expiresAt: undefined },
        { ...session, credential: 'client' },
        { ...context, expiresAt: '2020-01-01T00:00:00Z' },
      ].map(withContext),
    ];
    const read = inPython(events);
    const handler = withCaller(async () => ({ statusCode: 200, body: '' }));
    for (const [at, event] of events.entries()) {
      expect(read[at]?.[0], JSON.stringify(event)).toBe(inTypeScript(event));
      const ours = await handler(event as never, { awsRequestId: 'r' } as never);
      const theirs = read[at]?.[1];
      expect(theirs?.statusCode, JSON.stringify(event)).toBe(ours.statusCode);
      expect(JSON.parse(theirs?.body ?? '')).toMatchObject({ code: JSON.parse(ours.body).code });
    }
  });

  test('passes the caller to the handler', () => {
    const [[, answer] = [undefined, undefined]] = inPython([withContext({ ...context, userId: 'usr_1' })]);
    expect(answer?.statusCode).toBe(200);
    expect(JSON.parse(answer?.body ?? '')).toEqual({ organizationId: 'org_1', userId: 'usr_1' });
  });
});
