import { expect, test } from 'vitest';
import { evaluatePolicy } from '../../local/gateway/policy.ts';
import { PolicySchema } from '../../local/template/policies.ts';

const arn = 'arn:aws:execute-api:us-east-1:123456789012:api/v1/GET/keys';
const verdictOf = (statement: object, sourceIp = '127.0.0.1') =>
  evaluatePolicy(PolicySchema.parse({ Statement: statement }), arn, sourceIp);

test.each([
  ['NotAction', { NotAction: 's3:*', Resource: '*' }],
  ['NotResource', { Action: '*', NotResource: 'arn:aws:s3:::bucket' }],
  ['NotPrincipal', { Action: '*', Resource: '*', NotPrincipal: '*' }],
  ['Condition', { Action: '*', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'true' } } }],
  ['no Action', { Resource: '*' }],
  ['no Resource', { Action: '*' }],
])('a statement with %s allows nothing, but denies', (_what, members) => {
  expect(verdictOf({ Effect: 'Allow', ...members })).toBe('ImplicitDeny');
  expect(verdictOf({ Effect: 'Deny', ...members })).toBe('ExplicitDeny');
});

test('a single statement is read as a list of one', () => {
  const statement = { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: arn };
  expect(verdictOf(statement)).toBe('Allow');
  expect(verdictOf([statement])).toBe('Allow');
});

test.each([
  ['IpAddress', '203.0.113.0/24', '203.0.113.7', true],
  ['IpAddress', '203.0.113.0/24', '203.0.114.7', false],
  ['IpAddress', '203.0.113.7', '203.0.113.7', true],
  ['IpAddress', ['2001:db8::/32', '203.0.113.0/24'], '::ffff:203.0.113.7', true],
  ['IpAddress', '2001:db8::/32', '203.0.113.7', false],
  ['NotIpAddress', ['203.0.113.0/24', '2001:db8::/32'], '2001:db8::1', false],
  ['NotIpAddress', ['203.0.113.0/24', '2001:db8::/32'], '192.0.2.1', true],
])('a condition %s %j on the source address holds for %s: %s', (operator, ranges, address, holds) => {
  const members = { Action: '*', Resource: 'execute-api:/*', Condition: { [operator]: { 'aws:SourceIp': ranges } } };
  expect(verdictOf({ Effect: 'Deny', ...members }, address)).toBe(holds ? 'ExplicitDeny' : 'ImplicitDeny');
  expect(verdictOf({ Effect: 'Allow', ...members }, address)).toBe(holds ? 'Allow' : 'ImplicitDeny');
});
