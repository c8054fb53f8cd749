import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createMetrics } from '../../shared/metrics.ts';
import type { AccessToken, AccessTokens } from '../../shared/scalekit/access-token.ts';
import { breaker } from '../../shared/scalekit/breaker.ts';
import { callPolicy } from '../../shared/scalekit/call-policy.ts';
import { Code, ConnectError } from '../../shared/scalekit/grpc.ts';

// The outcomes of attempts are scripted. The embedded service covers Scalekit's answers; these tests cover our retries.

const token = (value: string): AccessToken => ({ environmentUrl: 'http://127.0.0.1', value });

/** Tokens that are numbered in the order of their fetches. */
function numberedTokens(): AccessTokens & { readonly renewals: () => number } {
  let renewals = 0;
  let held = token('0');
  return {
    held: () => held,
    fetch: async () => held,
    renew: async () => {
      held = token(String(++renewals));
      return held;
    },
    renewals: () => renewals,
  };
}

/** Runs one call whose attempts have these outcomes in order; the last outcome repeats forever. */
async function callWith(outcomes: readonly (number | 'ok' | Error)[], repeatable: boolean, tokens = numberedTokens()) {
  const used: string[] = [];
  const policy = callPolicy(tokens, breaker(), { deadlineMs: 5_000 }, createMetrics());
  const result = await policy(repeatable, async ({ value }) => {
    const outcome = outcomes[Math.min(used.length, outcomes.length - 1)] ?? 'ok';
    used.push(value);
    if (outcome instanceof Error) throw ConnectError.from(outcome);
    if (outcome !== 'ok') throw new ConnectError('scripted', outcome);
    return 'answer';
  });
  return { result, used, renewals: tokens.renewals() };
}

const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
const refusedConnection = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });

test('a repeatable call is made at most three times', async () => {
  const { result, used } = await callWith([Code.Unavailable], true);
  expect(used).toHaveLength(3);
  expect(result).toMatchObject({ failure: { kind: 'upstream_unavailable', reason: 'unreachable' } });
});

test.each([Code.Aborted, Code.Canceled, Code.Unavailable, reset])(
  'a repeatable call is retried after %s',
  async (outcome) => {
    const { result, used } = await callWith([outcome, 'ok'], true);
    expect(used).toHaveLength(2);
    expect(result).toEqual({ ok: true, value: 'answer' });
  },
);

test.each([
  [Code.NotFound, { kind: 'refused', isUnknown: true }],
  [Code.InvalidArgument, { kind: 'refused', isUnknown: false }],
  [Code.PermissionDenied, { kind: 'upstream_unavailable', reason: 'permission_denied' }],
  [Code.ResourceExhausted, { kind: 'upstream_unavailable', reason: 'rate_limited' }],
  [Code.Internal, { kind: 'upstream_unavailable', reason: 'unreachable' }],
])('a call is not retried after code %i', async (code, failure) => {
  const { result, used } = await callWith([code], true);
  expect(used).toHaveLength(1);
  expect(result).toMatchObject({ ok: false, failure });
});

describe('an access token that Scalekit refuses', () => {
  test.each([true, false])('is renewed once, for repeatable and other calls (%s)', async (repeatable) => {
    const { result, used } = await callWith([Code.Unauthenticated, 'ok'], repeatable);
    expect(used).toEqual(['0', '1']);
    expect(result.ok).toBe(true);
  });

  test('is not renewed a second time', async () => {
    const { result, used, renewals } = await callWith([Code.Unauthenticated], true);
    expect(used).toEqual(['0', '1']);
    expect(renewals).toBe(1);
    expect(result).toMatchObject({ failure: { kind: 'upstream_unavailable', reason: 'credentials_refused' } });
  });

  test('does not use up a retry of the call', async () => {
    const { used } = await callWith([Code.Unauthenticated, Code.Unavailable], true);
    expect(used).toEqual(['0', '1', '1', '1']);
  });

  test('is reported as credentials_refused if it cannot be replaced', async () => {
    const tokens = numberedTokens();
    const { result, used } = await callWith([Code.Unauthenticated], true, {
      ...tokens,
      renew: async (refused) => refused,
    });
    expect(used).toHaveLength(1);
    expect(result).toMatchObject({ failure: { reason: 'credentials_refused' } });
  });
});

describe('a call that is not repeatable', () => {
  test.each([Code.Unavailable, Code.DeadlineExceeded, Code.Internal, reset])(
    'is never retried after %s, and its outcome is unknown',
    async (outcome) => {
      const { result, used } = await callWith([outcome, 'ok'], false);
      expect(used).toHaveLength(1);
      expect(result).toMatchObject({ failure: { kind: 'outcome_unknown' } });
    },
  );

  test.each([
    ['that was never sent', refusedConnection, 'unreachable'],
    ['that Scalekit reports as not made', Code.Unimplemented, 'unreachable'],
    ['that Scalekit limits', Code.ResourceExhausted, 'rate_limited'],
  ])('%s is an outage', async (_what, outcome, reason) => {
    const { result, used } = await callWith([outcome, 'ok'], false);
    expect(used).toHaveLength(1);
    expect(result).toMatchObject({ failure: { kind: 'upstream_unavailable', reason } });
  });
});

test('the time limit of an answer starts with the connection, and again with a new access token', async () => {
  const began: number[] = [];
  const connections = { ready: () => delay(300) };
  const policy = callPolicy(
    numberedTokens(),
    breaker(),
    { deadlineMs: 5_000, answerMs: 200 },
    createMetrics(),
    connections,
  );
  const startedAt = Date.now();
  const result = await policy(true, async ({ value }, deadline) => {
    began.push(deadline - 200 - startedAt);
    if (value === '0') throw new ConnectError('scripted', Code.Unauthenticated);
    return 'answer';
  });
  expect(result).toEqual({ ok: true, value: 'answer' });
  expect(began[0]).toBeGreaterThanOrEqual(290);
  expect(began[1]).toBeGreaterThanOrEqual(590);
});

test('the time limit of an answer covers all retries together', async () => {
  let attempts = 0;
  const limits = { deadlineMs: 5_000, answerMs: 40 }; // shorter than the first pause
  const policy = callPolicy(numberedTokens(), breaker(), limits, createMetrics());
  const result = await policy(true, async () => {
    attempts++;
    throw new ConnectError('scripted', Code.Unavailable);
  });
  expect(result).toMatchObject({ failure: { reason: 'unreachable' } });
  expect(attempts).toBe(1);
});

test('while the breaker is open, no call is made', async () => {
  const open = breaker();
  for (const _ of [1, 2, 3]) open.record('outage');
  const policy = callPolicy(numberedTokens(), open, { deadlineMs: 5_000 }, createMetrics());
  const result = await policy(true, async () => {
    throw new Error('asked');
  });
  expect(result).toMatchObject({ failure: { kind: 'upstream_unavailable', reason: 'breaker_open' } });
});

test('each call is measured, and a refusal of our credentials has its own metric', async () => {
  const metrics = createMetrics();
  const policy = callPolicy(numberedTokens(), breaker(), { deadlineMs: 5_000 }, metrics);
  await policy(true, async () => 'answer');
  const well = metrics.take();
  expect(well).toMatchObject({ UpstreamLatency: expect.any(Number) });
  expect(well).not.toHaveProperty('UpstreamFailures');
  await policy(true, async () => {
    throw new ConnectError('scripted', Code.PermissionDenied);
  });
  expect(metrics.take()).toMatchObject({ UpstreamFailures: 1, CredentialsRefused: 1 });
  expect(metrics.take()).toEqual({});
});
