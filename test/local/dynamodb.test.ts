import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { aws } from '../../local/account.ts';
import { DynamoDb } from '../../local/aws/dynamodb.ts';
import { serveAws } from '../../local/aws/server.ts';
import type { JsonServer } from '../../local/http/http-json.ts';
import { Iam } from '../../local/iam/iam.ts';
import { sendAws } from '../../shared/aws/aws-request.ts';
import { type DynamoDbTable, dynamoDbTable } from '../../shared/aws/dynamodb.ts';
import { decisionCacheFromEnvironment } from '../../shared/decision-cache/decision-cache.ts';
import { marksFromEnvironment } from '../../shared/decision-cache/marks.ts';
import { createMetrics } from '../../shared/metrics.ts';
import { environmentFor } from '../support/parameter-server.ts';

// The stand-in for DynamoDB, and the decision cache on it, with real requests and real conditions.

const folder = mkdtempSync(join(tmpdir(), 'decisions-'));
const name = 'decisions';
const arn = `arn:${aws.partition}:dynamodb:${aws.region}:${aws.accountId}:table/${name}`;
const definition = {
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  BillingMode: 'PAY_PER_REQUEST',
};

/** A policy that allows these actions on items whose ids begin with one of the prefixes. */
const policy = (actions: readonly string[], prefixes: readonly string[]) => ({
  name: 'p',
  document: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow' as const,
        Action: actions.map((action) => `dynamodb:${action}`),
        Resource: arn,
        Condition: {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': prefixes.map((prefix) => `${prefix}#*`) },
          Null: { 'dynamodb:LeadingKeys': 'false' },
        },
      },
    ],
  },
});
const iam = new Iam([]);
const authorizer = iam.createUser('authorizer', [
  policy(['GetItem'], ['hash', 'used']),
  policy(['BatchGetItem'], ['decision', 'ended']),
  policy(['PutItem'], ['hash', 'decision', 'used']),
]);
const changer = iam.createUser('changer', [
  policy(['PutItem'], ['decision', 'ended']),
  policy(['GetItem'], ['hash']),
  policy(['Scan'], ['decision']),
]);

let dynamoDb: DynamoDb;
let server: JsonServer;
let table: DynamoDbTable;

const become = ({ credentials }: typeof authorizer) => {
  for (const [variable, value] of Object.entries(environmentFor(server, credentials))) vi.stubEnv(variable, value);
};
const key = (id: string) => ({ id: { S: id } });
const read = { isConsistent: true, timeoutMs: 5_000 };
const stale = { isConsistent: false, timeoutMs: 5_000 };
const put = (id: string, n: number) => table.putItem({ ...key(id), n: { N: String(n) } }, { timeoutMs: 5_000 });

beforeAll(async () => {
  dynamoDb = await DynamoDb.open(folder, [{ name, arn, definition }]);
  server = await serveAws(iam, { dynamodb: dynamoDb });
});
beforeEach(() => {
  become(authorizer);
  vi.stubEnv('DECISION_TABLE', name);
  vi.stubEnv('DECISION_CACHE_SECONDS', '300');
  vi.stubEnv('OUTAGE_GRACE_SECONDS', '0');
  table = dynamoDbTable(name);
});
afterEach(() => {
  vi.useRealTimers();
  dynamoDb.faults.set({ kind: 'lag', ms: 0 });
  dynamoDb.faults.set({ kind: 'gone', times: 0 });
  vi.unstubAllEnvs();
});
afterAll(async () => {
  await server.close();
  await dynamoDb.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the stand-in', () => {
  test('reads many items in one call', async () => {
    await put('decision#a', 1);
    await put('decision#b', 2);
    const found = await table.batchGetItem(['decision#a', 'decision#b', 'ended#c'].map(key), read);
    const items = found.ok
      ? found.value.toSorted((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other)))
      : found;
    expect(items).toEqual([
      { ...key('decision#a'), n: { N: '1' } },
      { ...key('decision#b'), n: { N: '2' } },
    ]);
  });

  test('evaluates policies against every partition key of a call', async () => {
    const denied = { ok: false, failure: { kind: 'failed', cause: { code: 'AccessDeniedException' } } };
    expect(await table.getItem(key('hash#a'), read)).toMatchObject({ ok: true });
    expect(await table.getItem(key('decision#a'), read)).toMatchObject(denied);
    expect(await table.batchGetItem([key('decision#a'), key('ended#a')], read)).toMatchObject({ ok: true });
    expect(await table.batchGetItem([key('decision#a'), key('hash#a')], read)).toMatchObject(denied);
    expect(await put('ended#a', 1)).toMatchObject(denied);
    become(changer);
    expect(await put('ended#a', 1)).toMatchObject({ ok: true });
    expect(await put('hash#a', 1)).toMatchObject(denied);
  });

  test('refuses a call without a partition key if the policy requires one', async () => {
    become(changer);
    const scan = await sendAws('dynamodb', {
      method: 'POST',
      path: '/',
      headers: { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': 'DynamoDB_20120810.Scan' },
      body: JSON.stringify({ TableName: name }),
      timeoutMs: 5_000,
    });
    expect(scan).toMatchObject({
      status: 400,
      body: expect.stringContaining('not authorized to perform: dynamodb:Scan'),
    });
  });

  test('returns the previous item to eventually consistent reads, for as long as a test says', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const of = (n: number) => ({ ok: true, value: { ...key('used#lag'), n: { N: String(n) } } });
    await put('used#lag', 1);
    await put('decision#lag', 1);
    dynamoDb.faults.set({ kind: 'lag', ms: 1_000 });
    await put('used#lag', 2);
    await put('decision#lag', 2);
    await put('decision#new', 2);
    expect(await table.getItem(key('used#lag'), stale)).toEqual(of(1));
    expect(await table.getItem(key('used#lag'), read)).toEqual(of(2));
    const keys = ['decision#lag', 'decision#new'].map(key);
    expect(await table.batchGetItem(keys, stale)).toMatchObject({ value: [{ n: { N: '1' } }] });
    expect(await table.batchGetItem(keys, read)).toMatchObject({ value: [{ n: { N: '2' } }, { n: { N: '2' } }] });
    vi.setSystemTime(Date.now() + 1_000);
    expect(await table.getItem(key('used#lag'), stale)).toEqual(of(2));
  });

  test('fails in the way, as often and in the calls that a test says', async () => {
    dynamoDb.faults.set({ kind: 'gone', times: 2, operation: 'PutItem' });
    expect(await table.getItem(key('hash#a'), read)).toMatchObject({ ok: true });
    for (let calls = 0; calls < 2; calls++)
      expect(await put('hash#x', 1)).toMatchObject({ failure: { kind: 'failed' } });
    expect(await put('hash#x', 1)).toMatchObject({ ok: true });
    dynamoDb.faults.set({ kind: 'throttled', times: 1 });
    expect(await put('hash#x', 1)).toMatchObject({ failure: { kind: 'throttled' } });
    dynamoDb.faults.set({ kind: 'throttled', times: 1 });
    expect(await table.getItem(key('hash#x'), read)).toMatchObject({ ok: true });
  });

  test('carries out a slow call late, although no client waits for it', async () => {
    dynamoDb.faults.set({ kind: 'slow', ms: 100, times: 1 });
    const late = table.putItem({ ...key('hash#late'), n: { N: '1' } }, { timeoutMs: 20 });
    expect(await late).toMatchObject({ failure: { kind: 'failed', cause: { code: 'ETIMEDOUT' } } });
    await vi.waitFor(async () =>
      expect(await table.getItem(key('hash#late'), read)).toMatchObject({ value: { n: { N: '1' } } }),
    );
  });
});

describe('the decision cache on it', () => {
  let number = 0;
  let plainKey: string;
  let caller: { keyId: string; organizationId: string; userId: string; customClaims: { env: string }; roles: string[] };
  beforeEach(() => {
    number++;
    plainKey = `plain${number}`;
    caller = {
      keyId: `apit_${number}`,
      organizationId: `org_${number}`,
      userId: 'usr_1',
      customClaims: { env: 'ä' },
      roles: [],
    };
  });
  const asChanger = () => {
    become(changer);
    return marksFromEnvironment();
  };
  const asAuthorizer = () => {
    become(authorizer);
    return decisionCacheFromEnvironment(createMetrics());
  };

  test('stores a decision for another environment', async () => {
    expect(await asAuthorizer().read(plainKey)).toEqual({ isHit: false, reason: 'absent' });
    expect(await asAuthorizer().remember(plainKey, caller, Date.now())).toBe('remembered');
    expect(await asAuthorizer().read(plainKey)).toMatchObject({ isHit: true, caller });
  });

  test('replaces no decision with an older one or one of the same time', async () => {
    const beganAt = Date.now();
    expect(await asAuthorizer().remember(plainKey, caller, beganAt)).toBe('remembered');
    expect(await asAuthorizer().remember(plainKey, { ...caller, roles: ['old'] }, beganAt - 1)).toBe('superseded');
    expect(await asAuthorizer().remember(plainKey, { ...caller, roles: ['same'] }, beganAt)).toBe('superseded');
    expect(await asAuthorizer().read(plainKey)).toMatchObject({ isHit: true, caller });
    expect(await asAuthorizer().remember(plainKey, { ...caller, roles: ['new'] }, beganAt + 1)).toBe('remembered');
    expect(await asAuthorizer().read(plainKey)).toMatchObject({ isHit: true, caller: { roles: ['new'] } });
  });

  test('replaces any decision with a mark, and no mark with a decision that began before the mark’s end', async () => {
    const beganAt = Date.now();
    await asAuthorizer().remember(plainKey, caller, beganAt + 100_000);
    const marks = asChanger();
    const mark = await marks.mark(caller.keyId);
    expect(mark.written.ok).toBe(true);
    expect(await marks.settle(mark, Date.now() + 3_000)).toMatchObject({ ok: true });
    expect(await asAuthorizer().read(plainKey)).toEqual({ isHit: false, reason: 'mark' });
    expect(await asAuthorizer().remember(plainKey, caller, beganAt + 59_000)).toBe('superseded');
    expect(await asAuthorizer().remember(plainKey, caller, beganAt + 65_000)).toBe('remembered');
  });

  test('ends the decisions of a user and of an organization', async () => {
    await asAuthorizer().remember(plainKey, caller, Date.now());
    await asChanger().markEnded(caller.organizationId, 'usr_2');
    expect(await asAuthorizer().read(plainKey)).toMatchObject({ isHit: true });
    await asChanger().markEnded(caller.organizationId, caller.userId);
    expect(await asAuthorizer().read(plainKey)).toEqual({ isHit: false, reason: 'ended' });
  });

  test('sees every mark whose write was answered, even if other reads lag', async () => {
    await asAuthorizer().remember(plainKey, caller, Date.now());
    const environment = asAuthorizer();
    expect(await environment.read(plainKey)).toMatchObject({ isHit: true });
    dynamoDb.faults.set({ kind: 'lag', ms: 60_000 });
    const marks = asChanger();
    await marks.settle(await marks.mark(caller.keyId), Date.now() + 3_000);
    become(authorizer);
    expect(await environment.read(plainKey)).toEqual({ isHit: false, reason: 'mark' });
  });

  test('marks a key that Scalekit refused, found by its hash even if other reads lag', async () => {
    dynamoDb.faults.set({ kind: 'lag', ms: 60_000 });
    await asAuthorizer().remember(plainKey, caller, Date.now());
    expect(await asAuthorizer().refused(plainKey)).toBe('marked');
    expect(await asChanger().keyIdOf(plainKey)).toEqual({ ok: true, value: caller.keyId });
    dynamoDb.faults.set({ kind: 'lag', ms: 0 });
    expect(await asAuthorizer().read(plainKey)).toEqual({ isHit: false, reason: 'mark' });
  });

  test('is a miss within 300 ms if the table does not answer', async () => {
    await asAuthorizer().remember(plainKey, caller, Date.now());
    dynamoDb.faults.set({ kind: 'slow', ms: 20_000, times: 1, operation: 'BatchGetItem' });
    const startedAt = Date.now();
    expect(await asAuthorizer().read(plainKey)).toEqual({ isHit: false, reason: 'failed' });
    expect(Date.now() - startedAt).toBeLessThan(10_000);
  });
});
