import { expect, test } from 'vitest';
import { evaluatePolicy } from '../../local/gateway/policy.ts';
import { PolicySchema } from '../../local/template/policies.ts';

const arn = 'arn:aws:execute-api:us-east-1:123456789012:api/v1/GET/keys';
const verdictOf = (statement: object) => evaluatePolicy(PolicySchema.parse({ Statement: statement }), arn);

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
