import { expect, test } from 'vitest';
import contract from '../../functions/openapi/openapi.json' with { type: 'json' };
import { customerRefusals } from '../../infra/customer-api/customer-refusals.ts';
import { credentialsRefusals } from '../../shared/deployment.ts';
import { toProblem } from '../../shared/endpoint/problem.ts';
import type { Failure } from '../../shared/failure.ts';

const failures: readonly Failure[] = [
  { kind: 'invalid_request', errors: [] },
  { kind: 'invalid_token' },
  { kind: 'not_found' },
  { kind: 'insufficient_scope', scope: 'keys:read' },
  { kind: 'beyond_authority', detail: 'x' },
  { kind: 'upstream_unavailable', reason: 'unreachable', cause: new Error('Scalekit') },
  { kind: 'not_applied' },
  { kind: 'already_rotated', successorId: 'apit_1' },
  { kind: 'too_many_keys', limit: 3 },
  { kind: 'cache_not_flushed', cause: new Error('DynamoDB') },
  { kind: 'outcome_unknown', cause: new Error('Scalekit') },
  { kind: 'internal_error', cause: new Error('x') },
];

const supplier = /scalekit|aws|dynamodb|lambda|eventbridge|sqs/i;

test.each(failures)('a customer reads no name of a supplier in the problem of %o', (failure) => {
  expect(JSON.stringify(toProblem(failure, 'r'))).not.toMatch(supplier);
});

test('nor in the contract, nor in what the gateway answers of credentials', () => {
  expect(JSON.stringify(contract)).not.toMatch(supplier);
  const details = [
    ...customerRefusals.map(({ detail }) => detail),
    ...Object.values(credentialsRefusals).map(({ detail }) => detail),
  ];
  for (const detail of details) expect(detail).not.toMatch(supplier);
});

const invalid = (...errors: { path: string; message: string }[]) =>
  toProblem({ kind: 'invalid_request', errors }, 'r').body.detail;

test('a single error is the detail, since clients log the detail; several are named in errors', () => {
  const scope = { path: 'scope', message: 'must be words separated by single spaces' };
  expect(invalid(scope)).toBe('scope: must be words separated by single spaces');
  expect(invalid({ path: '', message: 'The body is not a JSON object.' })).toBe('The body is not a JSON object.');
  expect(invalid(scope, { path: 'name', message: 'is not a field of this request' })).toMatch(/`errors`/);
});

test.each(failures)('without a page the type is about:blank; with one it links to the code: %o', (failure) => {
  expect(toProblem(failure, 'r').body.type).toBe('about:blank');
  expect(toProblem(failure, 'r', 'https://docs.example.com/errors').body.type).toBe(
    `https://docs.example.com/errors#${failure.kind}`,
  );
});
