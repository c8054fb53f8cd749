import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readAssembly } from '../../local/template/assembly.ts';

import { Stack } from '../../local/template/stack.ts';
import { clientOf } from '../support/client.ts';
import { type RuntimeProcess, startRuntimeProcess } from '../support/runtime-process.ts';
import { deliverWebhook } from '../support/webhook-delivery.ts';
import { type Datapoint, embeddedMetrics, gatewayMetrics, queueMetrics } from './emitted-metrics.ts';
import { AlarmProperties, rings } from './evaluate.ts';

// Evaluates the template's alarms on the metrics that its functions emit. A fault lasts for an alarm's whole evaluation range.

const assembly = process.env['TEST_CACHED_ASSEMBLY'] ?? '';
let runtime: RuntimeProcess;
let alarms: [name: string, alarm: AlarmProperties][];
let apiName: string;

beforeAll(async () => {
  runtime = await startRuntimeProcess({ assembly });
  const [stack] = readAssembly(assembly);
  if (!stack) throw new Error('the assembly has no stack');
  alarms = new Stack(stack)
    .resources('AWS::CloudWatch::Alarm')
    .map(({ logicalId, properties }) => [
      /^Monitoring(\w+)Alarm/.exec(logicalId)?.[1] ?? logicalId,
      AlarmProperties.parse(properties),
    ]);
  apiName = stack.name;
});
afterAll(() => runtime.stop());
afterEach(async () => {
  await fault(undefined);
  await expect.poll(async () => (await call(admin(), 'GET', '/keys')).status, { timeout: 20_000 }).toBe(200);
});

const admin = () => runtime.outputs.adminKey;
const { call, newKey, control, fault } = clientOf(() => runtime.outputs);

/** Sends requests, a few at a time. */
async function traffic(count: number, key: () => string): Promise<void> {
  let left = count;
  await Promise.all(
    Array.from({ length: 6 }, async () => {
      while (left-- > 0) await call(key(), 'GET', '/keys');
    }),
  );
}

function logs(): Map<string, string> {
  const folder = join(runtime.dataDir, 'logs');
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** The metrics that `act` causes, once they contain at least `decisions` decisions. */
async function metricsOf(act: () => Promise<unknown>, decisions: number): Promise<Datapoint[]> {
  const before = logs();
  await act();
  const since = () => {
    const texts = [...logs()].map(([name, text]) => [name, text.slice(before.get(name)?.length ?? 0)] as const);
    return texts.flatMap(([name, text]) =>
      name === 'access.log' ? gatewayMetrics(text, { ApiName: apiName, Stage: 'v1' }) : embeddedMetrics(text),
    );
  };
  const decided = (metrics: Datapoint[]) => metrics.filter(({ name }) => name === 'DecisionLatency').length;
  await expect.poll(() => decided(since()), { timeout: 20_000 }).toBeGreaterThanOrEqual(decisions);
  return since();
}

const ringing = (period: Datapoint[], periods = 5) =>
  alarms.filter(([, alarm]) => rings(alarm, Array<Datapoint[]>(periods).fill(period))).map(([name]) => name);

/** The latency of a busy machine is no fault of the project. */
const exceptLatency = (names: string[]) => names.filter((name) => name !== 'DecisionLatency');

const unknownKey = () => randomBytes(32).toString('hex');

test('good traffic rings nothing', async () => {
  await traffic(30, admin); // so that cold starts are done
  const metrics = await metricsOf(() => traffic(300, admin), 300);
  expect(exceptLatency(ringing(metrics))).toEqual([]);
});

describe('while Scalekit fails', () => {
  test.each(['unavailable', 'internal', 'no_answer', 'close'])(
    '%s rings as an outage, not as bad keys',
    async (kind) => {
      const metrics = await metricsOf(async () => {
        await fault({ kind });
        await traffic(40, admin);
      }, 40);
      expect(ringing(metrics)).toEqual(expect.arrayContaining(['OutageRate', 'ServerErrors']));
      expect(ringing(metrics)).not.toContain('CredentialsRefused');
      expect(ringing(metrics)).not.toContain('Denials');
      expect(ringing(metrics, 1)).not.toContain('OutageRate'); // not after only one minute
    },
  );

  test.each(['unauthenticated', 'permission_denied'])('%s rings as a problem of our credentials', async (kind) => {
    const metrics = await metricsOf(async () => {
      await fault({ kind, on: ['ValidateToken'] });
      await traffic(40, admin);
    }, 40);
    expect(ringing(metrics)).toEqual(expect.arrayContaining(['CredentialsRefused', 'OutageRate']));
    expect(ringing(metrics)).not.toContain('Denials');
  });

  test.each(['rate_limited', 'http_429'])('%s rings as a rate limit and as an outage', async (kind) => {
    const metrics = await metricsOf(async () => {
      await fault({ kind, on: ['ValidateToken'], retryAfterSeconds: 1 });
      await traffic(40, admin);
    }, 40);
    expect(ringing(metrics)).toEqual(expect.arrayContaining(['OutageRate', 'RateLimited']));
    expect(ringing(metrics)).not.toContain('CredentialsRefused');
    expect(ringing(metrics)).not.toContain('Denials');
  });

  test('slow rings for latency, not for credentials or bad keys', async () => {
    const metrics = await metricsOf(async () => {
      await fault({ kind: 'slow', delayMs: 700, on: ['ValidateToken'] });
      await traffic(6, admin);
    }, 6);
    expect(ringing(metrics)).toContain('DecisionLatency');
    expect(ringing(metrics)).not.toContain('CredentialsRefused');
    expect(ringing(metrics)).not.toContain('Denials');
  });
});

test('a flood of bad keys rings only its own alarm', async () => {
  const metrics = await metricsOf(() => traffic(160, unknownKey), 160);
  expect(exceptLatency(ringing(metrics))).toEqual(['Denials']);
});

test('a few bad keys among good ones ring nothing', async () => {
  const metrics = await metricsOf(async () => {
    await traffic(60, unknownKey);
    await traffic(60, admin);
  }, 120);
  expect(exceptLatency(ringing(metrics))).toEqual([]);
});

test('a change that does not reach the audit bus rings', async () => {
  const metrics = await metricsOf(async () => {
    await control('PUT', '/events/fault', { kind: 'fail', times: 1 });
    expect((await call(admin(), 'POST', '/keys', {})).status).toBe(201);
  }, 1);
  expect(ringing(metrics)).toEqual(['AuditFailures']);
});

test('a mark that cannot be written rings', async () => {
  const { keyId } = await newKey();
  const metrics = await metricsOf(async () => {
    await control('PUT', '/dynamodb/fault', { kind: 'gone', times: 1_000, operation: 'PutItem' });
    expect((await call(admin(), 'DELETE', `/keys/${keyId}`)).status).toBe(503);
    await control('PUT', '/dynamodb/fault', { kind: 'gone', times: 0 });
  }, 1);
  expect(ringing(metrics)).toContain('MarkFailures');
});

describe('an event of a user who leaves', () => {
  const report = (type: string) => ({
    id: 'evt_1',
    type,
    occurred_at: new Date(0).toISOString(), // earlier than any key
    organization_id: runtime.outputs.organizationId,
    data: { user_id: runtime.outputs.userId },
  });
  const deliver = (event: object) => deliverWebhook(runtime.outputs.apiUrl, runtime.outputs.webhookSecret, event);
  const left = 'user.organization_membership_deleted';

  test('rings when work waits for minutes, and stops when it is done', async () => {
    await fault({ kind: 'unavailable', on: ['ListTokens'] });
    const emitted = await metricsOf(async () => {
      expect((await deliver(report(left))).status).toBe(202);
      await call(admin(), 'GET', '/keys');
    }, 1);
    const waiting = async () => queueMetrics((await control('GET')).work, apiName);
    const period = [...emitted, ...(await waiting())];
    expect(ringing(period, 10)).toContain('WorkWaits');
    expect(ringing(period, 5)).not.toContain('WorkWaits');
    expect(ringing(period, 10)).not.toContain('WebhookFailures');
    await fault(undefined);
    await expect.poll(async () => ringing(await waiting(), 10), { timeout: 20_000 }).toEqual([]);
  });

  test('rings at once if it is not accepted', async () => {
    const metrics = await metricsOf(async () => {
      const nobody = { ...report(left), data: {} };
      expect((await deliver(nobody)).status).toBe(400);
      await call(admin(), 'GET', '/keys');
    }, 1);
    expect(ringing(metrics, 1)).toContain('WebhookFailures');
  });

  test('rings nothing if it is not signed', async () => {
    const metrics = await metricsOf(async () => {
      const forged = await deliverWebhook(runtime.outputs.apiUrl, `whsec_${'A'.repeat(32)}`, report(left));
      expect(forged.status).toBe(401);
      await call(admin(), 'GET', '/keys');
    }, 1);
    expect(ringing(metrics, 1)).toEqual([]);
  });
});

test('every alarm notifies the one topic and states the first step', () => {
  expect(alarms.map(([name]) => name).toSorted()).toEqual([
    'AuditFailures',
    'CacheReadFailures',
    'CacheWriteFailures',
    'Concurrency',
    'CredentialsRefused',
    'DeadLetters',
    'DecisionLatency',
    'Denials',
    'GraceUses',
    'MarkFailures',
    'OperatorErrors',
    'OutageRate',
    'RateLimited',
    'ServerErrors',
    'Throttles',
    'WebhookFailures',
    'WorkWaits',
  ]);
  for (const [, { AlarmActions, AlarmDescription }] of alarms) {
    expect(AlarmActions).toEqual([runtime.outputs.stacks['ApiKeys-dev']?.['AlarmTopicArn']]);
    expect(AlarmDescription).toMatch(/ First: /);
  }
});
