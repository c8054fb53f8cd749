import type { APIGatewayProxyEvent } from 'aws-lambda';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { handlerFor } from '../../shared/endpoint/handler.ts';
import type { Failure } from '../../shared/failure.ts';
import { logger } from '../../shared/logger.ts';
import { fail, ok } from '../../shared/result.ts';

// SECURITY.md, the leaked log: an error from outside may quote what was sent, so its message and stack are not logged.

const secret = 'thePlainKeyThatSomebodySent';
const event = { requestContext: { requestId: 'r', identity: {} } } as unknown as APIGatewayProxyEvent;

let logged: string;
beforeEach(() => {
  logged = '';
  vi.stubEnv('CORS_ALLOW_ORIGIN', '*');
  for (const level of ['info', 'error'] as const)
    vi.spyOn(logger, level).mockImplementation((...line) => {
      logged += JSON.stringify(line);
    });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const handlerThatFailsWith = (failure: Failure) =>
  handlerFor({ read: () => ok({ value: undefined, log: {} }), schema: {}, run: async () => fail(failure) });

test.each<Failure>([
  { kind: 'upstream_unavailable', reason: 'unreachable', cause: new Error(secret) },
  { kind: 'outcome_unknown', cause: new Error(secret, { cause: new Error(secret) }) },
  { kind: 'cache_not_flushed', cause: new Error(secret) },
  { kind: 'internal_error', cause: secret },
])('the log has the kind of the failure $kind, and no text of an error from outside', async (failure) => {
  const { body } = await handlerThatFailsWith(failure)(event);
  expect(logged).toContain(failure.kind);
  expect(logged + body).not.toContain(secret);
  expect(logged).not.toContain('failure-log.test');
});

test('the log has the stack of an exception of our own code, and the answer does not', async () => {
  const handler = handlerFor({
    read: () => ok({ value: undefined, log: {} }),
    schema: {},
    run: async () => {
      throw new TypeError('a bug of ours');
    },
  });
  const { statusCode, body } = await handler(event);
  expect(statusCode).toBe(500);
  expect(logged).toMatch(/a bug of ours.*failure-log\.test/);
  expect(body).not.toContain('a bug of ours');
});
