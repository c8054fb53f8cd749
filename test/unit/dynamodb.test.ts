import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type DynamoDbTable, dynamoDbTable } from '../../shared/aws/dynamodb.ts';

// The client alone, against a server that breaks connections on demand.

interface Received {
  readonly target: unknown;
  readonly contentType: unknown;
  readonly authorization: unknown;
  readonly body: unknown;
  readonly socket: Socket;
}

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const answerWith =
  (body: object, status = 200): Answer =>
  (response) =>
    void response.writeHead(status).end(JSON.stringify(body));
const item = { id: { S: 'a' }, count: { N: '1' } };
const found = answerWith({ Item: item });
const error = (type: string, status = 400) =>
  answerWith({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'no' }, status);
const reset: Answer = (_response, request) => void request.socket.resetAndDestroy();
const close: Answer = (_response, request) => void request.socket.end();
const silence: Answer = () => {};

let server: Server;
let connections: number;
let received: Received[];
let answers: Answer[];
let table: DynamoDbTable;

beforeEach(async () => {
  connections = 0;
  received = [];
  answers = [];
  server = createServer((request, response) => {
    const answer = answers.shift() ?? found;
    void text(request).then((body) => {
      const { 'x-amz-target': target, 'content-type': contentType, authorization } = request.headers;
      received.push({ target, contentType, authorization, body: JSON.parse(body), socket: request.socket });
      answer(response, request);
    });
  });
  server.on('connection', () => connections++);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIA');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  table = dynamoDbTable('t');
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

const read = (timeoutMs = 2_000) => table.getItem({ id: { S: 'a' } }, { isConsistent: true, timeoutMs });
const put = (timeoutMs = 2_000) => table.putItem(item, { timeoutMs });
const isFound = { ok: true, value: item };

describe('connections', () => {
  test('twenty reads, one after the other, use one connection', async () => {
    for (let reads = 0; reads < 20; reads++) expect(await read()).toEqual(isFound);
    expect(connections).toBe(1);
  });

  test('at most four are open, however many calls run at once', async () => {
    const all = await Promise.all(Array.from({ length: 12 }, () => read()));
    expect(all).toEqual(Array.from({ length: 12 }, () => isFound));
    expect(connections).toBeLessThanOrEqual(4);
  });

  test.each([
    ['reset', reset],
    ['closed', close],
  ])('a call whose kept connection is %s is retried once, on a new one', async (_how, breaks) => {
    await read();
    answers = [breaks];
    expect(await put()).toEqual({ ok: true, value: undefined });
    expect(received.map(({ target }) => String(target).split('.')[1])).toEqual(['GetItem', 'PutItem', 'PutItem']);
    expect(connections).toBe(2);
  });

  test('a call is retried once, on a new connection, if every kept one is dead', async () => {
    await Promise.all([read(), read(), read()]);
    const kept = new Set(received.map(({ socket }) => socket));
    const before = connections;
    const unlessKept: Answer = (response, request) =>
      kept.has(request.socket) ? reset(response, request) : found(response, request);
    answers = [unlessKept, unlessKept, unlessKept];
    expect(await read()).toEqual(isFound);
    expect(kept.size).toBeGreaterThan(1);
    expect(connections).toBe(before + 1);
  });

  test('a call whose retry breaks too fails', async () => {
    await read();
    answers = [reset, reset];
    expect(await read()).toMatchObject({ ok: false, failure: { kind: 'failed' } });
    expect(received).toHaveLength(3);
  });

  test('a call that breaks on a new connection fails and is not retried', async () => {
    answers = [reset];
    expect(await read()).toMatchObject({ failure: { kind: 'failed', cause: { code: 'ECONNRESET' } } });
    expect(received).toHaveLength(1);
  });

  test('a call without an answer in time fails, and its connection is closed', async () => {
    await read();
    answers = [silence];
    expect(await read(50)).toMatchObject({ failure: { kind: 'failed', cause: { code: 'ETIMEDOUT' } } });
    const [, unanswered] = received;
    if (unanswered && !unanswered.socket.destroyed) await once(unanswered.socket, 'close');
    expect(await read()).toEqual(isFound);
    expect(connections).toBe(2);
  });

  test('a call whose answer stops half-way fails in time', async () => {
    answers = [(response) => void response.writeHead(200, { 'Content-Length': '100' }).write('{')];
    expect(await read(50)).toMatchObject({ failure: { kind: 'failed', cause: { code: 'ETIMEDOUT' } } });
  });

  test('a connection that was idle for more than 5 s is not reused', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    await read();
    vi.setSystemTime(Date.now() + 5_000);
    await read();
    expect(connections).toBe(1);
    vi.setSystemTime(Date.now() + 5_001);
    await read();
    expect(connections).toBe(2);
  });

  test('a call to an address where nobody listens fails', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', 'http://127.0.0.1:1');
    expect(await read()).toMatchObject({ failure: { kind: 'failed', cause: { code: 'ECONNREFUSED' } } });
  });
});

describe('calls', () => {
  test('are signed for DynamoDB and use its JSON protocol of 2012', async () => {
    await table.getItem({ id: { S: 'a' } }, { isConsistent: false, timeoutMs: 2_000 });
    const [call] = received;
    expect(call).toMatchObject({
      target: 'DynamoDB_20120810.GetItem',
      contentType: 'application/x-amz-json-1.0',
      body: { TableName: 't', Key: { id: { S: 'a' } }, ConsistentRead: false },
    });
    expect(call?.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIA\/\d{8}\/eu-west-1\/dynamodb\/aws4_request/);
  });

  test('go to the endpoint of all services if DynamoDB has no endpoint of its own', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', process.env['AWS_ENDPOINT_URL_DYNAMODB']);
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', undefined);
    expect(await read()).toEqual(isFound);
  });

  test('read many items at once, consistently if requested', async () => {
    answers = [answerWith({ Responses: { t: [item] }, UnprocessedKeys: {} })];
    const keys = [{ id: { S: 'a' } }, { id: { S: 'b' } }];
    expect(await table.batchGetItem(keys, { isConsistent: true, timeoutMs: 2_000 })).toEqual({
      ok: true,
      value: [item],
    });
    expect(received[0]).toMatchObject({
      target: 'DynamoDB_20120810.BatchGetItem',
      body: { RequestItems: { t: { Keys: keys, ConsistentRead: true } } },
    });
  });

  test('with a put condition that does not hold are condition_failed', async () => {
    answers = [error('ConditionalCheckFailedException')];
    const condition = { expression: 'n < :n', values: { ':n': { N: '1' } } };
    expect(await table.putItem(item, { condition, timeoutMs: 2_000 })).toEqual({
      ok: false,
      failure: { kind: 'condition_failed' },
    });
    expect(received[0]?.body).toEqual({
      TableName: 't',
      Item: item,
      ConditionExpression: 'n < :n',
      ExpressionAttributeValues: { ':n': { N: '1' } },
    });
  });

  test.each([
    ['ProvisionedThroughputExceededException', 'throttled'],
    ['ThrottlingException', 'throttled'],
    ['AccessDeniedException', 'failed'],
    ['ResourceNotFoundException', 'failed'],
    ['InternalServerError', 'failed'],
  ])('%s is %s', async (type, kind) => {
    answers = [error(type)];
    expect(await put()).toMatchObject({ ok: false, failure: { kind, cause: { code: type } } });
    expect(received).toHaveLength(1);
  });

  test('with an answer that is not JSON fail', async () => {
    answers = [(response) => void response.end('<html>')];
    expect(await read()).toMatchObject({ failure: { kind: 'failed' } });
  });
});

describe('a throttled read', () => {
  const unprocessed = answerWith({ Responses: { t: [] }, UnprocessedKeys: { t: { Keys: [{ id: { S: 'a' } }] } } });
  const readMany = () => table.batchGetItem([{ id: { S: 'a' } }], { isConsistent: true, timeoutMs: 2_000 });

  test('is retried once', async () => {
    answers = [error('ProvisionedThroughputExceededException')];
    expect(await read()).toEqual(isFound);
    expect(received).toHaveLength(2);
  });

  test('is reported as throttled if its retry is throttled too', async () => {
    const throttles = error('ProvisionedThroughputExceededException');
    answers = [throttles, throttles];
    expect(await read()).toMatchObject({ ok: false, failure: { kind: 'throttled' } });
    expect(received).toHaveLength(2);
  });

  test('is not retried if no time is left', async () => {
    answers = [error('ProvisionedThroughputExceededException')];
    vi.spyOn(Math, 'random').mockReturnValue(1);
    expect(await read(19)).toMatchObject({ ok: false });
    expect(received.length).toBeLessThan(2);
    vi.restoreAllMocks();
  });

  test('of many items includes one that leaves keys unprocessed, so that no answer is partial', async () => {
    answers = [unprocessed, answerWith({ Responses: { t: [item] }, UnprocessedKeys: {} })];
    expect(await readMany()).toEqual({ ok: true, value: [item] });
    answers = [unprocessed, unprocessed];
    expect(await readMany()).toMatchObject({ ok: false, failure: { kind: 'throttled' } });
  });
});
