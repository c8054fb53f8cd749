import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { FaultSchema } from '../../local/scalekit/faults.ts';
import type { Operator } from '../../shared/authentication/actor.ts';
import { findKeyToEnd } from '../../shared/keys/find-key.ts';
import { revokeKey } from '../../shared/keys/revoke-key.ts';
import { startTestScalekit, type TestScalekit } from '../support/embedded-scalekit.ts';
import { forgottenMarks, keyServicesOf } from '../support/key-services.ts';

// Finds the key to end while look-ups fail at the embedded Scalekit.

let env: TestScalekit;
let operator: Operator;
beforeAll(async () => {
  env = await startTestScalekit();
  operator = { userArn: 'arn:aws:iam::1:user/x', organizationId: await env.newOrganization() };
});
afterAll(() => env.close());
afterEach(() => env.monitor.setFault(undefined));

const newKey = async (organizationId = operator.organizationId) =>
  (await env.sdk.token.createToken(organizationId)).tokenId;
const failing = (...on: string[]) => env.monitor.setFault(FaultSchema.parse({ kind: 'internal', on }));
const outage = { ok: false, failure: { kind: 'upstream_unavailable' } };

test('a key of the organization is found among its keys, on any page', async () => {
  const first = await newKey();
  for (let count = 0; count < 30; count++) await newKey();
  const last = await newKey();
  failing('ValidateToken');
  for (const keyId of [first, last])
    expect(await findKeyToEnd(env.scalekit, keyId, operator)).toMatchObject({ ok: true, value: { keyId } });
});

test('a key of another organization and an absent key are an outage, not a missing key', async () => {
  const foreign = await newKey(await env.newOrganization());
  failing('ValidateToken');
  for (const keyId of [foreign, 'apit_absent'])
    expect(await findKeyToEnd(env.scalekit, keyId, operator)).toMatchObject(outage);
});

test('while look-ups succeed, keys are not listed', async () => {
  const keyId = await newKey();
  env.monitor.resetCalls();
  expect(await findKeyToEnd(env.scalekit, keyId, operator)).toMatchObject({ ok: true, value: { keyId } });
  expect(env.monitor.calls).toEqual({ ValidateToken: 1 });
});

test('a key that is not found is marked for an operator, but not for a caller with a key', async () => {
  const { organizationId } = operator;
  const marked: (string | undefined)[] = [];
  const marks = {
    ...forgottenMarks,
    mark: (keyId: string | undefined) => {
      marked.push(keyId);
      return forgottenMarks.mark(keyId);
    },
  };
  const services = keyServicesOf(env.newClient(), undefined, marks);
  failing('ValidateToken', 'ListTokens');
  const caller = { keyId: 'apit_1', organizationId, customClaims: { scope: 'keys:write' }, roles: [] };
  expect(await revokeKey(services, 'apit_2', { actor: caller, requestId: 'r' })).toMatchObject(outage);
  expect(marked).toEqual([]);
  expect(await revokeKey(services, 'apit_2', { actor: operator, requestId: 'r' })).toMatchObject(outage);
  expect(marked).toEqual(['apit_2']);
});
