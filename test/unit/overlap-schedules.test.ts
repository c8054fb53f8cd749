import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { overlapSchedulesFromEnvironment } from '../../shared/rotation/overlap-schedules.ts';
import { awsEnvironment } from '../support/parameter-server.ts';

// An EventBridge Scheduler that does not answer, or answers with the statuses that a test names.

let server: Server;
let silent: (method: string) => boolean;
/** The next statuses of a method; without one, a call finds no schedule and makes one. */
let statuses: Record<string, number[]>;
let calls: string[];

beforeEach(async () => {
  calls = [];
  statuses = {};
  silent = () => false;
  server = createServer(({ method = '' }, response) => {
    calls.push(method);
    if (silent(method)) return;
    const status = statuses[method]?.shift() ?? (method === 'GET' ? 404 : 200);
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end('{"ScheduleExpression":"at(2030-01-31T12:00:00)"}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const environment = {
    ...awsEnvironment({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
    OVERLAP_SCHEDULE_GROUP: 'overlaps',
    OVERLAP_TARGET_ARN: 'arn:aws:lambda:eu-west-1:1:function:end',
    OVERLAP_ROLE_ARN: 'arn:aws:iam::1:role/scheduler',
    OVERLAP_DEAD_LETTER_ARN: 'arn:aws:sqs:eu-west-1:1:dead',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

/** Without an end of its own it would never resolve. */
const put = () => overlapSchedulesFromEnvironment().put('org_1', 'apit_1', new Date(), { mayPutOff: true });

test('an end that can not be arranged in time is taken back, and all is as it was', async () => {
  silent = (method) => method === 'POST';
  expect(await put()).toMatchObject({ failure: { kind: 'upstream_unavailable' } });
  expect(calls.at(-1)).toBe('DELETE');
});

test('one of which nobody can say whether it is arranged is told of as unknown', async () => {
  silent = (method) => method !== 'GET';
  expect(await put()).toMatchObject({ failure: { kind: 'outcome_unknown' } });
});

test('a service that says nothing at all is an outage', async () => {
  silent = () => true;
  expect(await put()).toMatchObject({ failure: { kind: 'upstream_unavailable' } });
  expect(new Set(calls)).toEqual(new Set(['GET']));
});

const at = new Date('2031-01-31T12:00:00Z');
const putAt = (mayPutOff = true) => overlapSchedulesFromEnvironment().put('org_1', 'apit_1', at, { mayPutOff });

test('a call that is throttled, or that the service fails to answer, is sent again', async () => {
  statuses = { GET: [429, 503, 404], POST: [500, 429] };
  expect(await putAt()).toEqual({ ok: true, value: at });
  expect(calls).toEqual(['GET', 'GET', 'GET', 'POST', 'POST', 'POST']);
});

test('an end that is made or fires meanwhile is moved or made', async () => {
  statuses = { POST: [409] };
  expect(await putAt()).toEqual({ ok: true, value: at });
  statuses = { GET: [200], PUT: [404] };
  expect(await putAt()).toEqual({ ok: true, value: at });
  expect(calls).toEqual(['GET', 'POST', 'PUT', 'GET', 'PUT', 'POST']);
});

test('an earlier end stays, where it may not be put off', async () => {
  statuses = { GET: [200] };
  expect(await putAt(false)).toEqual({ ok: true, value: new Date('2030-01-31T12:00:00Z') });
  expect(calls).toEqual(['GET']);
});

test.each([400, 403, 402])('a refusal (%s) has changed nothing, so nothing is taken back', async (status) => {
  statuses = { POST: [status] };
  expect(await putAt()).toMatchObject({ failure: { kind: 'upstream_unavailable', cause: { code: status } } });
  expect(calls).toEqual(['GET', 'POST']);
});

test('a refusal after an attempt whose outcome is unknown is taken back', async () => {
  statuses = { GET: [200], PUT: [500, 403] };
  expect(await putAt()).toMatchObject({ failure: { kind: 'upstream_unavailable' } });
  expect(calls).toEqual(['GET', 'PUT', 'PUT', 'PUT']);
});
