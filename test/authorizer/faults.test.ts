import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ParameterStore } from '../../local/aws/ssm.ts';
import type { JsonServer } from '../../local/http/http-json.ts';
import type { Fault } from '../../local/scalekit/faults.ts';
import { type EmbeddedScalekit, startEmbeddedScalekit } from '../../local/scalekit/server.ts';
import { storeCredentials } from '../../local/stored-secrets.ts';
import { sdkOf } from '../support/client.ts';
import { awsEnvironment, serveParameters } from '../support/parameter-server.ts';
import { type AuthorizerProcess, type Outcome, startAuthorizer } from './authorizer-process.ts';
import { bundleAuthorizers } from './bundles.ts';

// Every fault that an authorizer must survive, made on the wire with real sockets and a real process.

const deadlineMs = 1500;
/** Lambda ends the function then, so a later decision does not count. On a busy machine a tighter limit proves nothing. */
const functionTimeoutMs = 10_000;
const path = '/scalekit/test';

let bundle: string;
let scalekit: EmbeddedScalekit;
let parameters: ParameterStore;
let aws: JsonServer;
let authorizer: AuthorizerProcess;
let key: string;

beforeAll(() => {
  bundle = bundleAuthorizers().ours.file;
});
beforeEach(async () => {
  scalekit = await startEmbeddedScalekit({ databaseFile: ':memory:' });
  parameters = new ParameterStore();
  aws = await serveParameters(parameters);
  storeSecrets(scalekit.client.clientSecret);
  const sdk = sdkOf({ environmentUrl: scalekit.environmentUrl, ...scalekit.client });
  const { organization } = await sdk.organization.createOrganization('Acme');
  key = (await sdk.token.createToken(organization?.id ?? '')).token;
  scalekit.monitor.resetCalls();
});
afterEach(async () => {
  authorizer.stop();
  await scalekit.close().catch(() => {});
  await aws.close();
});

function storeSecrets(clientSecret: string): void {
  const { environmentUrl, client } = scalekit;
  storeCredentials(parameters, path, { environmentUrl, clientId: client.clientId, clientSecret });
}

function start(scalekitDeadlineMs = deadlineMs): AuthorizerProcess {
  authorizer = startAuthorizer(bundle, {
    ...awsEnvironment(aws),
    SCALEKIT_PARAMETER_PATH: path,
    SCALEKIT_DEADLINE_MS: String(scalekitDeadlineMs),
    DECISION_TABLE: 'decisions',
    DECISION_CACHE_SECONDS: '0',
    OUTAGE_GRACE_SECONDS: '0',
  });
  return authorizer;
}

async function startWarm(): Promise<void> {
  expect((await start().decide(key)).effect).toBe('Allow');
  scalekit.monitor.resetCalls();
}

const fail = (fault: Partial<Fault> & Pick<Fault, 'kind'>) =>
  scalekit.monitor.setFault({ delayMs: 0, skip: 0, ...fault });
/** Two faults: the token endpoint is slow at the cold start, and so is the validation. */
const failColdStart = (grantMs: number, validationMs: number) => {
  fail({ kind: 'slow', on: ['oauth/token'], delayMs: grantMs, times: 1 });
  const { monitor } = scalekit;
  const take = monitor.take.bind(monitor);
  monitor.take = (call) => {
    if (call === 'ValidateToken') fail({ kind: 'slow', on: ['ValidateToken'], delayMs: validationMs });
    return take(call);
  };
};

/** Expects neither a denial nor a crash, in time. */
function expectOutage(outcome: Outcome): void {
  expect(outcome).toMatchObject({ error: 'upstream_unavailable' });
  expect(outcome.ms).toBeLessThan(functionTimeoutMs);
  expect(authorizer.hasCrashed()).toBe(false);
}

/** Expects the reason in the authorizer's log. */
async function expectLogged(reason: string): Promise<void> {
  await expect.poll(() => authorizer.output(), { timeout: 20_000 }).toContain(`"reason":"${reason}"`);
}

/** Expects the good key to be allowed once the breaker lets a call through, and never to be denied before. */
async function expectRecovery(): Promise<void> {
  await vi.waitUntil(
    async () => {
      const { effect } = await authorizer.decide(key);
      expect(effect).not.toBe('Deny');
      return effect === 'Allow';
    },
    { timeout: 20_000, interval: 50 },
  );
  expect(authorizer.hasCrashed()).toBe(false);
}

describe('the first calls', () => {
  test('a cold start costs exactly one SSM call, one grant and one validate', async () => {
    expect((await start().decide(key)).effect).toBe('Allow');
    expect(scalekit.monitor.calls).toEqual({ 'oauth/token': 1, ValidateToken: 1 });
    expect(parameters.reads).toBe(1);
  });

  test('20 concurrent first calls share one grant', async () => {
    start();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => authorizer.decide(key)));
    expect(outcomes.every(({ effect }) => effect === 'Allow')).toBe(true);
    expect(scalekit.monitor.calls).toEqual({ 'oauth/token': 1, ValidateToken: 20 });
    expect(parameters.reads).toBe(1);
  });
});

describe('a bad key', () => {
  test('costs one call if it is unknown, and none while it is remembered', async () => {
    await startWarm();
    for (const _ of [1, 2, 3])
      expect(await authorizer.decide('unknownKey')).toMatchObject({ effect: 'Deny', code: 'invalid_token' });
    expect(scalekit.monitor.calls).toEqual({ ValidateToken: 1 });
  });

  test('costs no call if it is empty, malformed, too long or a token id', async () => {
    await startWarm();
    for (const bad of ['', ' ', 'a b', 'ä', 'apit_123', 'a'.repeat(600)]) {
      expect(await authorizer.decide(bad)).toMatchObject({ effect: 'Deny', code: 'invalid_token' });
    }
    expect(scalekit.monitor.calls).toEqual({});
  });

  test('costs at most one call in 5 s, even in a flood of 10,000 requests', async () => {
    await startWarm();
    const startedAt = Date.now();
    for (let index = 0; index < 10_000; index++) await authorizer.decide(`unknown${index % 100}`);
    const windows = Math.ceil((Date.now() - startedAt) / 5000);
    expect(scalekit.monitor.calls['ValidateToken']).toBeLessThanOrEqual(100 * windows);
  });
});

describe('our own credentials', () => {
  test('refused once cost one renewal and one retry, and the key is allowed', async () => {
    await startWarm();
    fail({ kind: 'unauthenticated', on: ['ValidateToken'], times: 1 });
    expect((await authorizer.decide(key)).effect).toBe('Allow');
    expect(scalekit.monitor.calls).toEqual({ 'oauth/token': 1, ValidateToken: 2 });
  });

  test('refused permanently are an outage with its own log code, at no more than one grant per second', async () => {
    await startWarm();
    fail({ kind: 'unauthenticated', on: ['ValidateToken'] });
    const startedAt = Date.now();
    for (let index = 0; index < 20; index++) expectOutage(await authorizer.decide(key));
    expect(scalekit.monitor.calls['oauth/token']).toBeLessThanOrEqual(1 + Math.ceil((Date.now() - startedAt) / 1000));
    await expectLogged('credentials_refused');
    scalekit.monitor.setFault(undefined);
    await expectRecovery();
  });

  test('without permission are an outage with another log code', async () => {
    await startWarm();
    fail({ kind: 'permission_denied', on: ['ValidateToken'] });
    expectOutage(await authorizer.decide(key));
    await expectLogged('permission_denied');
    scalekit.monitor.setFault(undefined);
    await expectRecovery();
  });

  test('with a wrong client secret from the start are an outage, until SSM holds the right one', async () => {
    storeSecrets('wrong');
    start();
    for (const _ of [1, 2, 3]) expectOutage(await authorizer.decide(key));
    await expectLogged('credentials_refused');
    storeSecrets(scalekit.client.clientSecret);
    await expectRecovery();
  });

  test('rotated during requests cause no denial, and no 503 that begins 3 s after both places changed', async () => {
    await startWarm();
    let changedAt = Number.POSITIVE_INFINITY;
    let lastOutageAt = 0;
    let running = true;
    const load = Array.from({ length: 4 }, async () => {
      while (running) {
        const begunAt = Date.now();
        const { effect, error } = await authorizer.decide(key);
        expect(effect).not.toBe('Deny');
        if (error !== undefined) lastOutageAt = Math.max(lastOutageAt, begunAt);
        await delay(5);
      }
    });
    await delay(300);
    const { clientSecret } = scalekit.rotateClientSecret();
    await delay(1000);
    expect(lastOutageAt).toBeGreaterThan(0); // the rotation has an effect
    storeSecrets(clientSecret);
    changedAt = Date.now();
    await delay(4000);
    running = false;
    await Promise.all(load);
    expect(lastOutageAt - changedAt).toBeLessThan(3000);
    expect((await authorizer.decide(key)).effect).toBe('Allow');
  });

  test.each(['internal', 'unavailable'] as const)('a token endpoint that answers %s is an outage', async (kind) => {
    fail({ kind, on: ['oauth/token'] });
    start();
    expectOutage(await authorizer.decide(key));
    scalekit.monitor.setFault(undefined);
    await expectRecovery();
  });

  test.each(['close', 'unavailable'] as const)(
    'a token endpoint that fails once (%s) is retried within the deadline',
    async (kind) => {
      fail({ kind, on: ['oauth/token'], times: 1 });
      expect((await start().decide(key)).effect).toBe('Allow');
    },
  );

  test('an invalid environment URL is an outage and no crash, until SSM holds the right one', async () => {
    parameters.put(`${path}/environment-url`, 'acme.scalekit.com');
    start();
    for (const _ of [1, 2]) expectOutage(await authorizer.decide(key));
    storeSecrets(scalekit.client.clientSecret);
    await expectRecovery();
  });

  test('an environment URL that does not answer is an outage, until SSM holds the right one', async () => {
    parameters.put(`${path}/environment-url`, 'http://127.0.0.1:9');
    start();
    await Promise.all(Array.from({ length: 20 }, async () => expectOutage(await authorizer.decide(key))));
    storeSecrets(scalekit.client.clientSecret);
    await expectRecovery();
    const after = await Promise.all(Array.from({ length: 20 }, () => authorizer.decide(key)));
    expect(after.map(({ effect }) => effect)).toEqual(after.map(() => 'Allow'));
  });

  test('SSM without the parameters is an outage', async () => {
    parameters = new ParameterStore();
    await aws.close();
    aws = await serveParameters(parameters);
    start();
    expectOutage(await authorizer.decide(key));
    storeSecrets(scalekit.client.clientSecret);
    await expectRecovery();
  });

  test('SSM that throttles a cold start is retried within the deadline', async () => {
    parameters.faults.set({ kind: 'throttle', times: 2 });
    expect((await start().decide(key)).effect).toBe('Allow');
    expect(parameters.reads).toBe(3);
  });

  test('SSM that keeps throttling is an outage with its own log code, and gets few calls', async () => {
    parameters.faults.set({ kind: 'throttle', times: 1_000 });
    start();
    expectOutage(await authorizer.decide(key));
    await expectLogged('ssm_throttled');
    expect(parameters.reads).toBeGreaterThan(1);
    expect(parameters.reads).toBeLessThan(12);
    parameters.faults.set({ kind: 'throttle', times: 0 });
    await expectRecovery();
  });

  test('SSM that cannot be reached is an outage', async () => {
    await aws.close();
    start();
    expectOutage(await authorizer.decide(key));
    aws = await serveParameters(parameters);
  });
});

describe('Scalekit', () => {
  test.each(['unavailable', 'internal', 'no_answer', 'close'] as const)(
    'that answers every call with %s is an outage, in time',
    async (kind) => {
      await startWarm();
      fail({ kind });
      for (const _ of [1, 2]) expectOutage(await authorizer.decide(key));
      scalekit.monitor.setFault(undefined);
      await expectRecovery();
    },
  );

  test.each(['unavailable', 'close'] as const)('that fails once (%s) is retried within the deadline', async (kind) => {
    await startWarm();
    fail({ kind, on: ['ValidateToken'], times: 1 });
    expect((await authorizer.decide(key)).effect).toBe('Allow');
    expect(scalekit.monitor.calls).toEqual({ ValidateToken: 2 });
  });

  test('that is slow to validate is an outage after 0.8 s, although the deadline of a call is longer', async () => {
    expect((await start(6_000).decide(key)).effect).toBe('Allow');
    fail({ kind: 'no_answer', on: ['ValidateToken'] });
    const { ms, ...outcome } = await authorizer.decide(key);
    expectOutage({ ...outcome, ms });
    expect(ms).toBeGreaterThan(750);
    expect(ms).toBeLessThan(6_000);
    await expectLogged('unreachable');
  });

  test('that is slow at a cold start has the whole deadline: the time limit of a validation starts after the grant', async () => {
    failColdStart(1_050, 450);
    const { effect, ms } = await start(8_000).decide(key);
    expect(effect).toBe('Allow');
    expect(ms).toBeGreaterThan(1_500);
  });

  test.each(['rate_limited', 'http_429'] as const)(
    'that limits us (%s) gets one call until the limit has expired, and the outage has its own log code',
    async (kind) => {
      await startWarm();
      fail({ kind, retryAfterSeconds: 1, times: 1 });
      const startedAt = Date.now();
      for (const _ of [1, 2, 3, 4]) expectOutage(await authorizer.decide(key));
      expect(scalekit.monitor.calls).toEqual({ ValidateToken: 1 });
      await expectLogged('rate_limited');
      expect(authorizer.output().match(/"RateLimited":1/g)).toHaveLength(1);
      await expectRecovery();
      expect(Date.now() - startedAt).toBeGreaterThanOrEqual(1_000);
      expect(scalekit.monitor.calls).toEqual({ ValidateToken: 2 });
    },
  );

  test('that cannot be reached is an outage', async () => {
    await startWarm();
    await scalekit.close();
    for (const _ of [1, 2, 3, 4, 5]) expectOutage(await authorizer.decide(key));
  });

  test('that fails is asked by few of many requests: the breaker answers the others', async () => {
    await startWarm();
    fail({ kind: 'close' });
    for (const _ of [1, 2, 3]) expectOutage(await authorizer.decide(key));
    scalekit.monitor.resetCalls();
    const startedAt = Date.now();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => authorizer.decide(key)));
    for (const outcome of outcomes) expectOutage(outcome);
    const probes = 1 + Math.ceil((Date.now() - startedAt) / 1_000);
    expect(scalekit.monitor.calls['ValidateToken'] ?? 0).toBeLessThanOrEqual(2 * probes); // each is retried once
  });
});

describe('a connection that ends', () => {
  test.each(['fin', 'rst', 'goaway'] as const)('by %s between two requests costs nothing', async (how) => {
    await startWarm();
    scalekit.endConnections(how);
    for (const _ of [1, 2, 3]) expect(await authorizer.decide(key)).toMatchObject({ effect: 'Allow' });
    expect(authorizer.hasCrashed()).toBe(false);
  });

  test.each([
    ['fin', 300],
    ['rst', 300],
    ['goaway', 300],
    ['fin', 5500],
    ['rst', 5500],
    ['goaway', 5500],
  ] as const)('by %s while the process is frozen for %i ms costs nothing and causes no crash', async (how, ms) => {
    await startWarm();
    authorizer.freeze();
    scalekit.endConnections(how);
    await delay(ms);
    const decided = authorizer.decide(key); // waits in the pipe, as the next event does
    authorizer.thaw();
    expect(await decided).toMatchObject({ effect: 'Allow' });
    await delay(100); // until everything on the wire has arrived
    expect(await authorizer.decide(key)).toMatchObject({ effect: 'Allow' });
    expect(authorizer.hasCrashed()).toBe(false);
    expect(scalekit.monitor.calls['oauth/token'] ?? 0).toBe(0); // the access token is kept
  });

  test('during a call causes a retry', async () => {
    await startWarm();
    fail({ kind: 'slow', on: ['ValidateToken'], times: 1, delayMs: 300 });
    const decided = authorizer.decide(key);
    await delay(100);
    scalekit.endConnections('rst');
    expect((await decided).effect).toBe('Allow');
  });
});
